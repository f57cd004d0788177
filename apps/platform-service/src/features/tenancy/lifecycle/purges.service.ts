import { NOT_FOUND, Refusal, SYSTEM_TENANT_ID } from '@kit/contracts';
import { originIn, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type { TenantId, TenantPurge, TenantPurgeReport } from '@platform/contracts';
import { requireSystem } from '../tenants.service.js';
import { MANIFEST_OF, PURGE_OF, type PurgeRow, REPORT_PURGED } from './lifecycle.sql.js';

@Injectable()
export class PurgesService {
  constructor(private readonly work: UnitOfWork) {}

  /** A product has nothing of the tenant any more. Reported again, the newer report stands. */
  async report(ctx: RequestContext, { tenantId, tables }: TenantPurgeReport): Promise<void> {
    const { principal } = ctx;
    if (principal.kind !== 'product') throw new Refusal(NOT_FOUND);
    await this.work.runAs(originIn(SYSTEM_TENANT_ID, ctx), async (tx) => {
      const values = [principal.key, tx.now.toISOString(), JSON.stringify(tables), tx.now];
      const [running] = await tx.query(REPORT_PURGED, [tx.tenantId, tenantId, ...values]);
      if (!running) await tx.one(PURGE_OF, [tx.tenantId, tenantId]);
      const entity = { type: 'tenant', id: tenantId };
      tx.audit({ action: 'platform.tenant.report-purged', entity, changes: { product: principal.key, tables } });
    });
  }

  read(ctx: RequestContext, { id }: TenantId): Promise<TenantPurge> {
    return this.work.run(ctx, async (tx) => {
      requireSystem(tx);
      const purge = await tx.one<PurgeRow>(PURGE_OF, [tx.tenantId, id]);
      const [manifest] = await tx.query<{ signature: string; created_at: Date }>(MANIFEST_OF, [tx.tenantId, id]);
      return {
        tenantId: id,
        slug: purge.slug,
        status: purge.status,
        tables: purge.counts,
        products: purge.products,
        startedAt: purge.created_at.toISOString(),
        purgedAt: manifest?.created_at.toISOString() ?? null,
        signature: manifest?.signature ?? null,
      };
    });
  }
}
