import { type FieldError, NOT_FOUND, type PageQuery, Refusal, STALE_VERSION } from '@kit/contracts';
import {
  expectedVersion,
  pageOfRows,
  pageStart,
  type RequestContext,
  Secret,
  type Tx,
  UnitOfWork,
  userOf,
} from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  type CreateIdentityProvider,
  IDENTITY_PROVIDER_IN_USE,
  IDENTITY_PROVIDER_INVALID,
  IDENTITY_PROVIDER_KEY_TAKEN,
  type IdentityProvider,
  type IdentityProviderPage,
  identityProviderChanged,
  type SignInProvider,
  type SignInProviderPage,
  type UpdateIdentityProvider,
} from '@platform/contracts';
import type { JWK } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import { Vault } from '../../../secrets/index.js';
import { GrantsService } from '../../access/index.js';
import { type EndedSession, sessionsEnded } from '../end-sessions.js';
import { requireTenantReach } from '../sessions.service.js';
import { allowedFirst } from '../users.service.js';
import { privateKeyOf } from './client-key.js';
import { credentialPlace, Directory } from './directory.js';
import { problemsOf, settled } from './domain/profile.js';
import { OpenId } from './openid.js';
import { type ProviderRow, settingsOf, toIdentityProvider, toOpenProvider } from './providers.mapper.js';
import {
  DELETE_PROVIDER,
  END_SESSIONS_OF_PROVIDER,
  GET_PROVIDER,
  INSERT_PROVIDER,
  LIST_PROVIDERS,
  LIST_SIGN_IN_PROVIDERS,
  LOCK_PROVIDER,
  REQUIRED_BY_DOMAIN,
  UPDATE_PROVIDER,
} from './providers.sql.js';

type Credential = { readonly secret: Secret; readonly keyId: string | null };
type Wish = Pick<CreateIdentityProvider, 'clientSecret' | 'clientKey'>;

/** The identity providers of a tenant, as its administrators keep them. */
@Injectable()
export class ProvidersService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly vault: Vault,
    private readonly openId: OpenId,
    private readonly directory: Directory,
    private readonly grants: GrantsService,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {}

  async create(ctx: RequestContext, request: CreateIdentityProvider): Promise<IdentityProvider> {
    await allowedFirst(this.work, ctx, requireTenantReach);
    const settings = settled(request);
    const credential = await this.credentialOf(settings.clientAuthentication, request);
    this.requireSound(settings, credential === null);
    const { key, name, clientId, linking = 'never', provisioning = 'linked_only', defaultRole = null } = request;
    const { enabled = true } = request;
    const { secret, keyId } = credential as Credential;
    const id = uuidv7();
    const row = {
      ...{ id, tenant_id: userOf(ctx).tenantId, key, name, client_id: clientId, client_key_id: keyId, version: 1 },
      ...{ linking, provisioning, default_role: defaultRole, credential_sealed: null, created_at: ctx.now },
      ...rowOf(settings),
      status: enabled ? ('enabled' as const) : ('disabled' as const),
      credential_changed_at: ctx.now,
    };
    if (enabled) await this.openId.introduce(toOpenProvider(row, secret));
    return this.work.run(ctx, async (tx) => {
      requireTenantReach(tx);
      if (defaultRole !== null) await this.grants.requireMayHaveGiven(ctx, tx, { roleKey: defaultRole, scope: 'user' });
      const sealed = await this.vault.seal(tx, secret.reveal(), credentialPlace(id));
      const [inserted] = await tx.query<ProviderRow>(INSERT_PROVIDER, [
        tx.tenantId,
        ...[id, key, name, settings.profile, settings.issuer, clientId, settings.clientAuthentication, sealed, keyId],
        ...[tx.now, settings.scopes, settings.acrValues, settings.minimumAcr, settings.mfaAcr, linking, provisioning],
        ...[defaultRole, row.status, tx.actorId],
      ]);
      if (!inserted) throw new Refusal(IDENTITY_PROVIDER_KEY_TAKEN);
      return this.changed(ctx, tx, inserted, 'create', ['credential']);
    });
  }

  async update(ctx: RequestContext, request: UpdateIdentityProvider): Promise<IdentityProvider> {
    const [before, sealed] = await this.work.run(ctx, async (tx) => {
      requireTenantReach(tx);
      const row = await tx.one<ProviderRow>(GET_PROVIDER, [tx.tenantId, request.id]);
      if (row.version !== expectedVersion(ctx)) throw new Refusal(STALE_VERSION);
      return [row, (await this.directory.opened(tx, row)).credential] as const;
    });
    const settings = settled({ ...settingsOf(before), ...defined(request) });
    const fresh = await this.credentialOf(settings.clientAuthentication, request);
    // A secret is no key: another way to authenticate needs the other kind of credential.
    const kept = isKey(settings.clientAuthentication) === isKey(before.client_authentication);
    this.requireSound(settings, fresh === null && !kept);
    const { secret, keyId } = fresh ?? { secret: sealed, keyId: before.client_key_id };
    const { name = before.name, clientId = before.client_id, enabled = before.status === 'enabled' } = request;
    const { linking = before.linking, provisioning = before.provisioning } = request;
    const { defaultRole = before.default_role } = request;
    const status = enabled ? ('enabled' as const) : ('disabled' as const);
    const next = { ...before, ...rowOf(settings), client_id: clientId, version: before.version + 1 };
    if (enabled) await this.openId.introduce(toOpenProvider(next, secret));
    return this.work.run(ctx, async (tx) => {
      const row = await tx.one<ProviderRow>(LOCK_PROVIDER, [tx.tenantId, request.id]);
      if (row.version !== before.version) throw new Refusal(STALE_VERSION);
      if (!enabled) await this.requireUnneeded(tx, row);
      if (defaultRole !== null && defaultRole !== before.default_role) {
        await this.grants.requireMayHaveGiven(ctx, tx, { roleKey: defaultRole, scope: 'user' });
      }
      const [after] = await tx.query<ProviderRow>(UPDATE_PROVIDER, [
        ...[tx.tenantId, row.id, name, clientId, settings.clientAuthentication],
        fresh ? await this.vault.seal(tx, secret.reveal(), credentialPlace(row.id)) : row.credential_sealed,
        ...[keyId, fresh ? tx.now : row.credential_changed_at, settings.scopes, settings.acrValues],
        ...[settings.minimumAcr, settings.mfaAcr, linking, provisioning, defaultRole, status, tx.now, tx.actorId],
      ]);
      if (!after) throw new Refusal(NOT_FOUND);
      if (row.status === 'enabled' && !enabled) await this.endSessions(tx, row);
      return this.changed(ctx, tx, after, 'update', changedFields(row, after, fresh !== null));
    });
  }

  async delete(ctx: RequestContext, id: string): Promise<void> {
    await this.work.run(ctx, async (tx) => {
      requireTenantReach(tx);
      const row = await tx.one<ProviderRow>(LOCK_PROVIDER, [tx.tenantId, id]);
      await this.requireUnneeded(tx, row);
      const [after] = await tx.query<ProviderRow>(DELETE_PROVIDER, [tx.tenantId, id, tx.now, tx.actorId]);
      await this.endSessions(tx, row);
      if (after) this.changed(ctx, tx, after, 'delete', []);
    });
  }

  get(ctx: RequestContext, id: string): Promise<IdentityProvider> {
    return this.work.run(ctx, async (tx) => {
      requireTenantReach(tx);
      const row = await tx.one<ProviderRow>(GET_PROVIDER, [tx.tenantId, id]);
      return toIdentityProvider(row, this.config, userOf(ctx).tenantSlug);
    });
  }

  list(ctx: RequestContext, page: PageQuery): Promise<IdentityProviderPage> {
    const { keys, fetch } = pageStart(page, ['text']);
    return this.work.run(ctx, async (tx) => {
      requireTenantReach(tx);
      const rows = await tx.query<ProviderRow>(LIST_PROVIDERS, [tx.tenantId, keys?.[0] ?? null, fetch]);
      return pageOfRows(
        page,
        rows,
        (row) => [row.key],
        (row) => toIdentityProvider(row, this.config, userOf(ctx).tenantSlug),
      );
    });
  }

  offered(ctx: RequestContext, page: PageQuery): Promise<SignInProviderPage> {
    const { keys, fetch } = pageStart(page, ['text']);
    return this.work.run(ctx, async (tx) => {
      type Row = SignInProvider & Record<string, unknown>;
      const rows = await tx.query<Row>(LIST_SIGN_IN_PROVIDERS, [tx.tenantId, keys?.[0] ?? null, fetch]);
      return pageOfRows(
        page,
        rows,
        (row) => [row.key],
        ({ key, name, profile }) => ({ key, name, profile }),
      );
    });
  }

  /** Null when the request brings none. @throws Refusal IDENTITY_PROVIDER_INVALID when it is of the wrong kind */
  private async credentialOf(
    authentication: ProviderRow['client_authentication'],
    { clientSecret, clientKey }: Wish,
  ): Promise<Credential | null> {
    const key = isKey(authentication);
    if (key ? clientSecret !== undefined : clientKey !== undefined) {
      const path = key ? 'clientSecret' : 'clientKey';
      throw invalid([{ path, code: 'CREDENTIAL', message: `${path} is not what ${authentication} needs` }]);
    }
    if (!key) return clientSecret === undefined ? null : { secret: new Secret(clientSecret), keyId: null };
    if (clientKey === undefined) return null;
    try {
      const { kid } = await privateKeyOf(clientKey as JWK);
      return { secret: new Secret(JSON.stringify(clientKey)), keyId: kid ?? null };
    } catch {
      throw invalid([{ path: 'clientKey', code: 'KEY', message: 'clientKey must be a private JWK for signatures' }]);
    }
  }

  private requireSound(settings: ReturnType<typeof settled>, lacksCredential: boolean): void {
    const path = isKey(settings.clientAuthentication) ? 'clientKey' : 'clientSecret';
    const problems = [
      ...problemsOf(settings, this.config.allowPrivateTargets.length === 0),
      ...(lacksCredential ? [{ path, code: 'REQUIRED', message: `${path} is required` }] : []),
    ];
    if (problems.length > 0) throw invalid(problems);
  }

  private async requireUnneeded(tx: Tx, { id }: ProviderRow): Promise<void> {
    const [domain] = await tx.query(REQUIRED_BY_DOMAIN, [tx.tenantId, id]);
    if (domain) throw new Refusal(IDENTITY_PROVIDER_IN_USE);
  }

  private async endSessions(tx: Tx, { key }: ProviderRow): Promise<void> {
    const values = [tx.tenantId, key, tx.now, tx.actorId];
    await sessionsEnded(tx, await tx.query<EndedSession>(END_SESSIONS_OF_PROVIDER, values), 'revoked');
  }

  private changed(ctx: RequestContext, tx: Tx, row: ProviderRow, action: string, fields: string[]): IdentityProvider {
    tx.emit(identityProviderChanged, { id: row.id, version: row.version, data: { key: row.key } });
    tx.audit({
      action: `platform.identity-provider.${action}`,
      entity: { type: 'identity_provider', id: row.id },
      changes: { key: row.key, status: row.status, fields },
    });
    return toIdentityProvider(row, this.config, userOf(ctx).tenantSlug);
  }
}

const isKey = (authentication: ProviderRow['client_authentication']): boolean => authentication === 'private_key_jwt';

const invalid = (errors: FieldError[]): Refusal => new Refusal(IDENTITY_PROVIDER_INVALID, { errors });

const rowOf = (settings: ReturnType<typeof settled>) => ({
  profile: settings.profile,
  issuer: settings.issuer,
  client_authentication: settings.clientAuthentication,
  scopes: [...settings.scopes],
  acr_values: [...settings.acrValues],
  minimum_acr: settings.minimumAcr,
  mfa_acr: settings.mfaAcr,
});

/** What a change names; what it leaves out stays. */
const defined = <T extends object>(request: T): Partial<T> =>
  Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined)) as Partial<T>;

const changedFields = (before: ProviderRow, after: ProviderRow, credential: boolean): string[] => [
  ...(
    [
      ...(['name', 'client_id', 'client_authentication', 'scopes', 'acr_values', 'minimum_acr', 'mfa_acr'] as const),
      ...(['linking', 'provisioning', 'default_role', 'status'] as const),
    ] as const
  ).filter((field) => String(before[field]) !== String(after[field])),
  ...(credential ? ['credential'] : []),
];
