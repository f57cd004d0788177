import { Refusal, STALE_VERSION, VALIDATION_FAILED } from '@kit/contracts';
import { expectedVersion, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type CreateIntegration,
  INTEGRATION_KIND_UNKNOWN,
  INTEGRATION_NAME_TAKEN,
  INTEGRATION_URL_REFUSED,
  type Integration,
  type IntegrationDefinition,
  integrationChanged,
  type SecretHint,
  type UpdateIntegration,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { Vault } from '../../secrets/index.js';
import { configProblems, type Divided, divide, last4 } from './domain/config-schema.js';
import { type IntegrationRow, toIntegration } from './integrations.mapper.js';
import {
  INSERT_INTEGRATION,
  integrationSecrets,
  LOCK_INTEGRATION,
  OTHER_WITH_NAME,
  REMOVE_INTEGRATION,
  UPDATE_INTEGRATION,
} from './integrations.sql.js';
import { IntegrationKinds } from './kinds.js';
import { SafeHttp, TargetRefused } from './safe-http.js';
import { forTenant } from './whole-tenant.js';

@Injectable()
export class IntegrationsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly kinds: IntegrationKinds,
    private readonly vault: Vault,
    private readonly http: SafeHttp,
  ) {}

  async create(ctx: RequestContext, request: CreateIntegration): Promise<Integration> {
    const { kind: key, name, config } = request;
    const kind = await this.kinds.find(key);
    return forTenant(this.work, ctx, async (tx) => {
      if (!kind) throw new Refusal(INTEGRATION_KIND_UNKNOWN, { details: { kind: key } });
      const divided = this.checked(kind, config, {});
      const id = uuidv7();
      const kept = await this.sealed(tx, id, divided);
      const values = [tx.tenantId, id, key, name, JSON.stringify(divided.shown), ...kept, tx.now, tx.actorId];
      const [row] = await tx.query<IntegrationRow>(INSERT_INTEGRATION, values);
      if (!row) throw new Refusal(INTEGRATION_NAME_TAKEN);
      tell(tx, row, 'create', { kind: key, name, secrets: Object.keys(divided.secrets) });
      return toIntegration(row);
    });
  }

  async update(ctx: RequestContext, request: UpdateIntegration): Promise<Integration> {
    const kinds = await this.kinds.all();
    return forTenant(this.work, ctx, async (tx) => {
      const before = await this.lock(tx, request.id);
      if (before.version !== expectedVersion(ctx)) throw new Refusal(STALE_VERSION);
      const { name = before.name, status = before.status, config } = request;
      const taken = await tx.query(OTHER_WITH_NAME, [tx.tenantId, before.kind, name, before.id]);
      if (taken.length > 0) throw new Refusal(INTEGRATION_NAME_TAKEN);
      const secrets = await this.secretsOf(tx, before);
      const kind = kinds.find(({ key }) => key === before.kind);
      if (config && !kind) throw new Refusal(VALIDATION_FAILED, { detail: 'The product offers this kind no more.' });
      const divided = config && kind ? this.checked(kind, config, secrets) : { shown: before.config, secrets };
      const kept = await this.sealed(tx, before.id, divided);
      const { tenantId, now, actorId } = tx;
      const values = [tenantId, before.id, name, JSON.stringify(divided.shown), ...kept, status, now, actorId];
      const row = await tx.one<IntegrationRow>(UPDATE_INTEGRATION, values);
      tell(tx, row, 'update', { name, status, secrets: Object.keys(divided.secrets) });
      return toIntegration(row);
    });
  }

  remove(ctx: RequestContext, id: string): Promise<void> {
    return forTenant(this.work, ctx, async (tx) => {
      const before = await this.lock(tx, id);
      const { version } = await tx.one<{ version: number }>(REMOVE_INTEGRATION, [tx.tenantId, id, tx.now, tx.actorId]);
      tell(tx, { id, kind: before.kind, status: 'removed', version }, 'remove');
    });
  }

  /** The secrets of a row, opened. */
  async secretsOf(tx: Tx, row: IntegrationRow): Promise<Record<string, string>> {
    if (row.secrets_sealed === null) return {};
    const opened = await this.vault.open(tx, row.secrets_sealed, integrationSecrets(row.id));
    return JSON.parse(opened.reveal());
  }

  private lock(tx: Tx, id: string): Promise<IntegrationRow> {
    return tx.one<IntegrationRow>(LOCK_INTEGRATION, [tx.tenantId, id]);
  }

  /** @throws Refusal when the whole, secrets included, is not what the kind asks for */
  private checked(kind: IntegrationDefinition, config: Record<string, unknown>, kept: Record<string, string>): Divided {
    const divided = divide(kind.schema, config, kept);
    const errors = configProblems(kind.schema, { ...divided.shown, ...divided.secrets });
    if (errors.length > 0) throw new Refusal(VALIDATION_FAILED, { errors });
    const url = kind.testUrl === undefined ? undefined : divided.shown[kind.testUrl];
    if (typeof url === 'string') this.requireTarget(url);
    return divided;
  }

  private requireTarget(url: string): void {
    try {
      this.http.check(url);
    } catch (error) {
      if (!(error instanceof TargetRefused)) throw error;
      throw new Refusal(INTEGRATION_URL_REFUSED, { detail: error.message, details: { problem: error.problem } });
    }
  }

  private async sealed(tx: Tx, id: string, { secrets }: Divided): Promise<[string | null, string]> {
    const hints: Record<string, SecretHint> = {};
    for (const [name, secret] of Object.entries(secrets)) {
      const fingerprint = (await this.vault.blindIndex(tx, secret, 'integration-secret')).slice(0, 11);
      hints[name] = { set: true, last4: last4(secret), fingerprint };
    }
    const none = Object.keys(secrets).length === 0;
    const text = none ? null : await this.vault.seal(tx, JSON.stringify(secrets), integrationSecrets(id));
    return [text, JSON.stringify(hints)];
  }
}

function tell(
  tx: Tx,
  {
    id,
    kind,
    status,
    version,
  }: { id: string; kind: string; status: 'active' | 'disabled' | 'removed'; version: number },
  action: string,
  changes?: Record<string, unknown>,
): void {
  tx.emit(integrationChanged, { id, version, data: { integrationId: id, kind, status } });
  const entity = { type: 'integration', id };
  tx.audit({ action: `platform.integration.${action}`, entity, ...(changes && { changes }) });
}
