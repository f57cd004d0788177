import { cleanEmail } from '../clean/values.js';
import { idOf } from '../ids.js';
import type { Row } from '../load.js';
import type { World } from '../world.js';

export interface Person {
  readonly id: string;
  readonly tenantId: string;
  readonly email: string;
  /** False: an address that nothing can be sent to, made up because there must be one. */
  readonly reachable: boolean;
}

/**
 * Who a legacy user is here. The id comes from tenant and address, so rows that differ only in how the address was typed
 * are one person, also for everything that refers to them.
 *
 * @param prefix of the columns `<prefix>id`, `<prefix>tenant_id`, `<prefix>email`
 */
export function personOf(row: Row, { catalogue }: World, prefix: string): Person | null {
  const legacyId = row[`${prefix}id`] ?? null;
  const tenant = catalogue.tenants.get(row[`${prefix}tenant_id`] ?? '');
  if (legacyId === null || !tenant) return null;
  const email = cleanEmail(row[`${prefix}email`] ?? null);
  const tenantId = tenant.id;
  return email === null
    ? { id: idOf('user', legacyId), tenantId, email: `legacy-${legacyId}@${tenant.slug}.invalid`, reachable: false }
    : { id: idOf('user', `${tenantId} ${email}`), tenantId, email, reachable: true };
}

export const PERSON = (alias: string, prefix: string): string =>
  `${alias}.id AS ${prefix}id, ${alias}.tenant_id AS ${prefix}tenant_id, ${alias}.email AS ${prefix}email`;
