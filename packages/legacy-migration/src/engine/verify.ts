import type pg from 'pg';
import type { World } from '../world.js';
import type { TargetDatabase } from './target.js';

export interface Check {
  readonly what: string;
  readonly found: number;
  readonly ok: boolean;
}

const COPIED = ['tenants', 'organizations', 'users', 'memberships', 'roles', 'user_roles', 'subscriptions'];
const BATCH = 10_000;

/** What no foreign key holds: the database checked the others as the rows went in. */
const ORPHANS: readonly (readonly [what: string, count: string])[] = [
  ['allocations without their booking', orphans('allocations', 'bookings', 'booking_id', "AND c.kind = 'BOOKING'")],
  ['items without their booking', orphans('booking_items', 'bookings', 'booking_id')],
  ['history without its booking', orphans('booking_history', 'bookings', 'booking_id')],
  ['approvals without their booking', orphans('booking_approvals', 'bookings', 'booking_id')],
  [
    'payments whose entries in the ledger do not add up to what is kept of them',
    `SELECT count(*) FROM digilist.payments p WHERE p.tenant_id = ANY ($1) AND p.captured > 0 AND p.captured <> coalesce(
       (SELECT sum(l.amount) FROM digilist.ledger_entries e JOIN digilist.ledger_lines l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
        WHERE e.tenant_id = p.tenant_id AND e.kind = 'payment_captured' AND e.source_id = p.id AND l.amount > 0), 0)`,
  ],
];

function orphans(child: string, parent: string, column: string, more = ''): string {
  return `SELECT count(*) FROM digilist.${child} c WHERE c.tenant_id = ANY ($1) ${more}
    AND NOT EXISTS (SELECT FROM digilist.${parent} p WHERE p.tenant_id = c.tenant_id AND p.id = c.${column})`;
}

/** Does everything that points somewhere find something there, also from one database into the other? */
export async function verify(world: World, platform: TargetDatabase, digilist: TargetDatabase): Promise<Check[]> {
  const tenants = [...world.catalogue.tenants.values()].map(({ id }) => id);
  const checks: Check[] = [];
  const zero = (what: string, found: number) => checks.push({ what, found, ok: found === 0 });
  // Over whole tables a hash join is what is wanted.
  await digilist.client.query('SET enable_hashjoin = on; SET enable_mergejoin = on; SET enable_seqscan = on');
  for (const [what, text] of ORPHANS) {
    const { rows } = await digilist.client.query<{ count: string }>(text, [tenants]);
    zero(what, Number(rows[0]?.count));
  }
  for (const table of COPIED) {
    zero(
      `reference copies of ${table} without their row in PLATFORM`,
      await strangers(digilist.client, platform.client, `digilist.platform_${table}`, `platform.${table}`, tenants),
    );
    zero(
      `rows of ${table} in PLATFORM without their reference copy`,
      await strangers(platform.client, digilist.client, `platform.${table}`, `digilist.platform_${table}`, tenants),
    );
  }
  return checks;
}

/** Rows of one table that the other database does not have, asked for in batches: neither side is held in memory. */
async function strangers(
  from: pg.Client,
  to: pg.Client,
  table: string,
  other: string,
  tenants: readonly string[],
): Promise<number> {
  let count = 0;
  for (const tenant of tenants) {
    for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
      const { rows } = await from.query<{ id: string }>(
        `SELECT id FROM ${table} WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT ${BATCH}`,
        [tenant, after],
      );
      if (rows.length === 0) break;
      const ids = rows.map(({ id }) => id);
      const known = await to.query<{ count: string }>(
        `SELECT count(*) FROM ${other} WHERE tenant_id = $1 AND id = ANY ($2)`,
        [tenant, ids],
      );
      count += ids.length - Number(known.rows[0]?.count);
      after = ids.at(-1) as string;
    }
  }
  return count;
}
