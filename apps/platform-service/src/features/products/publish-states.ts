import type { StateType } from '@kit/contracts';
import { type Statement, statement, type Tx } from '@kit/service';
import { platformStates, type ReadableState } from '@platform/contracts';
import { READERS } from './state.queries.js';

const BATCH = 200;

export const TABLES: Record<ReadableState, string> = {
  tenant: 'tenants',
  organization: 'organizations',
  user: 'users',
  membership: 'memberships',
  role: 'roles',
  user_role: 'user_roles',
  subscription: 'subscriptions',
  entitlement: 'entitlements',
  setting: 'tenant_settings',
};

export const idsIn = (table: string): Statement =>
  statement(`products-ids-in-${table}`, `SELECT id FROM platform.${table} WHERE tenant_id = $1 ORDER BY id`);

/** Tells the products of every row of the tenant of `tx`, e.g. of one that was brought in from elsewhere. Answers how many. */
export async function publishStates(tx: Tx): Promise<number> {
  let published = 0;
  for (const [aggregate, table] of Object.entries(TABLES)) {
    const all = (await tx.query<{ id: string }>(idsIn(table), [tx.tenantId])).map(({ id }) => id);
    for (let at = 0; at < all.length; at += BATCH) {
      published += await publishRows(tx, aggregate as ReadableState, all.slice(at, at + BATCH));
      await tx.flushOutbox();
    }
  }
  return published;
}

/** The states of these rows as they are now. Answers how many there are. */
export async function publishRows(tx: Tx, aggregate: ReadableState, ids: string[]): Promise<number> {
  const type = platformStates.find((state) => state.aggregate === aggregate) as StateType;
  const rows = await READERS[aggregate](tx, ids);
  for (const { state } of rows) tx.state(type, { id: state.id, version: state.version, data: state });
  return rows.length;
}
