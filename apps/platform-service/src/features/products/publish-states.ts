import type { StateType } from '@kit/contracts';
import { type Statement, statement, type Tx } from '@kit/service';
import { platformStates, type ReadableState } from '@platform/contracts';
import { READERS } from './state.queries.js';

const BATCH = 200;

const idsIn = (table: string): Statement =>
  statement(`products-ids-in-${table}`, `SELECT id FROM platform.${table} WHERE tenant_id = $1 ORDER BY id`);

const IDS: Record<ReadableState, Statement> = {
  tenant: idsIn('tenants'),
  organization: idsIn('organizations'),
  user: idsIn('users'),
  membership: idsIn('memberships'),
  role: idsIn('roles'),
  user_role: idsIn('user_roles'),
  subscription: idsIn('subscriptions'),
  entitlement: idsIn('entitlements'),
  setting: idsIn('tenant_settings'),
};

/** Tells the products of every row of the tenant of `tx`, e.g. of one that was brought in from elsewhere. Answers how many. */
export async function publishStates(tx: Tx): Promise<number> {
  let published = 0;
  for (const [aggregate, ids] of Object.entries(IDS)) {
    const type = platformStates.find((state) => state.aggregate === aggregate) as StateType;
    const all = (await tx.query<{ id: string }>(ids, [tx.tenantId])).map(({ id }) => id);
    for (let at = 0; at < all.length; at += BATCH) {
      const rows = await READERS[aggregate as ReadableState](tx, all.slice(at, at + BATCH));
      for (const { state } of rows) tx.state(type, { id: state.id, version: state.version, data: state });
      published += rows.length;
      await tx.flushOutbox();
    }
  }
  return published;
}
