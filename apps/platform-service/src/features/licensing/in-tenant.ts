import { FORBIDDEN, Refusal, SYSTEM_TENANT_ID } from '@kit/contracts';
import { originIn, type RequestContext, type Tx, type UnitOfWork } from '@kit/service';
import { LOCK_TENANT, TENANT_EXISTS } from './licensing.sql.js';
import { settleSubscriptions } from './settle.js';

/** Within a tenant nobody may change its own licence, whatever patterns its roles hold. */
export function requireSystem(tx: Tx): void {
  if (tx.tenantId !== SYSTEM_TENANT_ID || !tx.reach.tenant) throw new Refusal(FORBIDDEN);
}

/**
 * A step of the system's administrator in the licence of one tenant: one after the other, on what the clock says now.
 */
export function inTenant<T>(
  work: UnitOfWork,
  ctx: RequestContext,
  tenantId: string,
  step: (tx: Tx) => Promise<T>,
): Promise<T> {
  return work.run(ctx, async (tx) => {
    requireSystem(tx);
    return tx.within(originIn(tenantId, ctx), async (found) => {
      // The id as it is kept: a request may write it in capitals, a subject of NATS may not.
      const tenant = await found.one<{ id: string; service_user_id: string }>(TENANT_EXISTS, [tenantId]);
      return found.within(originIn(tenant.id, ctx, tenant.service_user_id), async (inside) => {
        await inside.one(LOCK_TENANT, [inside.tenantId]);
        await settleSubscriptions(inside);
        return step(inside);
      });
    });
  });
}
