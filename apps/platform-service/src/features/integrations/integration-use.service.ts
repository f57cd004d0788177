import { NOT_FOUND, Refusal } from '@kit/contracts';
import { originIn, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  INTEGRATION_NOT_TESTABLE,
  type IntegrationTestResult,
  type ReadableIntegration,
  type ReadIntegration,
} from '@platform/contracts';
import type { IntegrationRow } from './integrations.mapper.js';
import { IntegrationsService } from './integrations.service.js';
import { GET_INTEGRATION, MARK_TESTED } from './integrations.sql.js';
import { IntegrationKinds, ownerOf } from './kinds.js';
import { SafeHttp, SendFailed, TargetRefused } from './safe-http.js';
import { forTenant } from './whole-tenant.js';

const TEST_MS = 5_000;

/** Connections in use: by their product, and for a test by the tenant. */
@Injectable()
export class IntegrationUse {
  constructor(
    private readonly work: UnitOfWork,
    private readonly kinds: IntegrationKinds,
    private readonly integrations: IntegrationsService,
    private readonly http: SafeHttp,
  ) {}

  /** Whether the other side answers at all. It is sent nothing, least of all a secret. */
  async test(ctx: RequestContext, id: string): Promise<IntegrationTestResult> {
    const kinds = await this.kinds.all();
    const url = await forTenant(this.work, ctx, async (tx) => {
      const row = await tx.one<IntegrationRow>(GET_INTEGRATION, [tx.tenantId, id]);
      const testUrl = kinds.find(({ key }) => key === row.kind)?.testUrl;
      const found = testUrl === undefined ? undefined : row.config[testUrl];
      if (typeof found !== 'string') throw new Refusal(INTEGRATION_NOT_TESTABLE);
      return found;
    });
    const result = await this.reach(url);
    await forTenant(this.work, ctx, async (tx) => {
      await tx.query(MARK_TESTED, [tx.tenantId, id, tx.now, result.problem]);
      const changes = { ok: result.ok, ...(result.problem !== null && { problem: result.problem }) };
      tx.audit({ action: 'platform.integration.test', entity: { type: 'integration', id }, changes });
    });
    return result;
  }

  /** What a product needs to connect. Of a kind that is another's there is, for it, nothing. */
  async read(ctx: RequestContext, { tenantId, id }: ReadIntegration): Promise<ReadableIntegration> {
    const product = ctx.principal.kind === 'product' ? ctx.principal.key : '';
    return this.work.runAs(originIn(tenantId, ctx), async (tx) => {
      const row = await tx.one<IntegrationRow>(GET_INTEGRATION, [tenantId, id]);
      if (ownerOf(row.kind) !== product) throw new Refusal(NOT_FOUND);
      const config = { ...row.config, ...(await this.integrations.secretsOf(tx, row)) };
      tx.audit({ action: 'platform.integration.use', entity: { type: 'integration', id }, changes: { product } });
      const { kind, name, status, version } = row;
      return { id, tenantId, kind, name, status, config, version };
    });
  }

  private async reach(url: string): Promise<IntegrationTestResult> {
    const started = Date.now();
    try {
      const { status, elapsedMs } = await this.http.send({ url, timeoutMs: TEST_MS });
      const ok = status < 500;
      return { ok, statusCode: status, problem: ok ? null : `The other side answered ${status}.`, elapsedMs };
    } catch (error) {
      if (!(error instanceof TargetRefused) && !(error instanceof SendFailed)) throw error;
      return { ok: false, statusCode: null, problem: error.message, elapsedMs: Date.now() - started };
    }
  }
}
