import type { Copy } from './copies.js';
import { COPIES } from './copies.js';
import type { Executor } from './forget.js';
import type { State } from './state-stream.js';

/** Where tables stand while they are made beside those that people read. */
export const BESIDE = 'digilist_rebuild';

/** How a copy differs from what PLATFORM has said. */
export type Difference =
  /** Nothing is there. */
  | 'missing'
  /** Something older is there: the service has not read so far yet, or never will. */
  | 'behind'
  /** The same version says something else. */
  | 'different'
  /** A version that PLATFORM has not said. */
  | 'ahead'
  /** Something that PLATFORM has never spoken of. */
  | 'unknown';

export interface Comparison {
  readonly table: string;
  readonly rows: number;
  readonly checksum: string;
  readonly checksumBeside: string;
  readonly differences: Readonly<Partial<Record<Difference, number>>>;
}

const live = ({ table }: Copy): string => `digilist.${table}`;
const beside = ({ table }: Copy): string => `${BESIDE}.${table}`;
const content = ({ columns }: Copy, of: string): string =>
  `ROW(${['deleted', ...columns.values()].map((column) => `${of}.${column}`).join(', ')})`;
const joined = ({ key }: Copy): string => key.map((column) => `there.${column} = here.${column}`).join(' AND ');

/** Tables like those of the copies, empty; what an earlier rebuild has left behind is gone. */
export async function makeShadow(database: Executor): Promise<void> {
  for (const copy of COPIES.values()) {
    await database.query(`DROP TABLE IF EXISTS ${beside(copy)}`);
    // Not logged: they are worth nothing after a crash.
    await database.query(
      `CREATE UNLOGGED TABLE ${beside(copy)} (LIKE ${live(copy)} INCLUDING DEFAULTS INCLUDING GENERATED,
         PRIMARY KEY (${copy.key.join(', ')}))`,
    );
  }
}

export async function dropShadow(database: Executor): Promise<void> {
  for (const copy of COPIES.values()) await database.query(`DROP TABLE IF EXISTS ${beside(copy)}`);
}

/** Statistics, which tables that were just filled have none of. */
export async function analyzeShadow(database: Executor): Promise<void> {
  for (const copy of COPIES.values()) await database.query(`ANALYZE ${beside(copy)}`);
}

/** Writes states as the projection would, many at once. What is not copied passes by. */
export async function fillShadow(database: Executor, states: readonly State[]): Promise<void> {
  for (const copy of COPIES.values()) {
    const newest = new Map<string, State['message']>();
    for (const { aggregate, message } of states) {
      const known = newest.get(message.id);
      if (aggregate === copy.aggregate && !(known && known.version >= message.version)) newest.set(message.id, message);
    }
    const said = [...newest.values()];
    await write(
      database,
      copy,
      [...copy.columns.values()],
      'false',
      said.filter(({ data }) => data !== null),
    );
    await write(
      database,
      copy,
      [],
      'true',
      said.filter(({ data }) => data === null),
    );
  }
}

async function write(
  database: Executor,
  copy: Copy,
  columns: readonly string[],
  deleted: string,
  messages: readonly State['message'][],
): Promise<void> {
  if (messages.length === 0) return;
  const inserted = [...copy.key, 'version', ...columns];
  const assigned =
    columns.length > 0 ? columns.map((column) => `${column} = excluded.${column}`).join(', ') : copy.emptied;
  await database.query(
    `INSERT INTO ${beside(copy)} AS current (${inserted.join(', ')}, deleted)
     SELECT ${inserted.join(', ')}, ${deleted} FROM jsonb_populate_recordset(NULL::${beside(copy)}, $1)
     ON CONFLICT (${copy.key.join(', ')}) DO UPDATE SET version = excluded.version, deleted = excluded.deleted, ${assigned}
     WHERE current.version < excluded.version`,
    [JSON.stringify(messages.map((message) => rowOf(copy, message)))],
  );
}

function rowOf({ columns }: Copy, { tenantId, id, version, data }: State['message']): Record<string, unknown> {
  const state = (data ?? {}) as Record<string, unknown>;
  const row: Record<string, unknown> = { tenant_id: tenantId, id, version };
  for (const [property, column] of columns) row[column] = state[property] ?? null;
  return row;
}

/** Leaves out the tenants of other regions: nothing of theirs is copied here. */
export async function keepRegions(database: Executor, regions: readonly string[]): Promise<void> {
  const elsewhere = `tenant_id NOT IN (SELECT id FROM ${BESIDE}.platform_tenants WHERE region = ANY ($1))`;
  const [tenants, ...others] = [...COPIES.values()].sort((one) => (one.aggregate === 'tenant' ? -1 : 1));
  for (const copy of others) await database.query(`DELETE FROM ${beside(copy)} WHERE ${elsewhere}`, [regions]);
  if (tenants) await database.query(`DELETE FROM ${beside(tenants)} WHERE region <> ALL ($1)`, [regions]);
}

/** Rows of both, by how they differ. A row of a tenant that is not beside is another region's, and of no concern. */
const differing = (copy: Copy, ofOneOfSeveral: boolean): string => `
  SELECT there.tenant_id, there.id, here.version AS seen,
    CASE WHEN here.id IS NULL THEN 'missing' WHEN here.version < there.version THEN 'behind' ELSE 'different' END AS difference
  FROM ${beside(copy)} there LEFT JOIN ${live(copy)} here ON ${joined(copy)}
  WHERE here.id IS NULL OR here.version < there.version
    OR (here.version = there.version AND ${content(copy, 'here')} IS DISTINCT FROM ${content(copy, 'there')})
  UNION ALL
  SELECT here.tenant_id, here.id, here.version, CASE WHEN there.id IS NULL THEN 'unknown' ELSE 'ahead' END
  FROM ${live(copy)} here LEFT JOIN ${beside(copy)} there ON ${joined(copy)}
  WHERE here.version > there.version OR (there.id IS NULL AND NOT here.deleted
    ${ofOneOfSeveral ? `AND here.tenant_id IN (SELECT id FROM ${BESIDE}.platform_tenants)` : ''})`;

/** Counts what differs, of one moment, without changing anything. */
export async function compare(database: Executor, ofOneOfSeveral: boolean): Promise<Comparison[]> {
  const found: Comparison[] = [];
  for (const copy of COPIES.values()) {
    const sum = (table: string) =>
      `(SELECT coalesce(sum(hashtextextended(ROW(version, tenant_id, id, ${content(copy, 'r')})::text, 0)), 0)::text FROM ${table} r)`;
    const [row] = (await database.query(
      `SELECT (SELECT count(*)::int FROM ${live(copy)}) AS rows, ${sum(live(copy))} AS checksum, ${sum(beside(copy))} AS "checksumBeside",
         (SELECT coalesce(jsonb_object_agg(difference, n), '{}') FROM
           (SELECT difference, count(*)::int AS n FROM (${differing(copy, ofOneOfSeveral)}) each GROUP BY difference) counted) AS differences`,
    )) as Omit<Comparison, 'table'>[];
    found.push({ table: copy.table, ...(row as Omit<Comparison, 'table'>) });
  }
  return found;
}

/**
 * Sets right what differs, and touches nothing else. What has become newer since it was compared stays: the guard of the
 * projection holds here as well. References to the rows stay valid, because no row goes and none changes its key.
 */
export async function setRight(database: Executor): Promise<number> {
  let changed = 0;
  for (const copy of COPIES.values()) {
    const columns = ['version', 'deleted', ...copy.columns.values()];
    changed += await count(
      database,
      `INSERT INTO ${live(copy)} AS current (${[...copy.key, ...columns].join(', ')})
       SELECT ${[...copy.key, ...columns].map((column) => `there.${column}`).join(', ')}
       FROM ${beside(copy)} there LEFT JOIN ${live(copy)} here ON ${joined(copy)}
       WHERE here.id IS NULL OR here.version < there.version
         OR (here.version = there.version AND ${content(copy, 'here')} IS DISTINCT FROM ${content(copy, 'there')})
       ORDER BY there.tenant_id, there.id
       ON CONFLICT (${copy.key.join(', ')}) DO UPDATE
       SET projected_at = now(), ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}
       WHERE current.version <= excluded.version`,
    );
  }
  return changed;
}

/** Copies that say what PLATFORM has not said, so far as it was read, with the versions that they have. */
export type Suspects = ReadonlyMap<string, readonly { tenant_id: string; id: string; seen: string }[]>;

export async function suspectsOf(database: Executor, ofOneOfSeveral: boolean): Promise<Suspects> {
  const suspects = new Map();
  for (const copy of COPIES.values()) {
    const text = `SELECT tenant_id, id, seen FROM (${differing(copy, ofOneOfSeveral)}) each WHERE difference IN ('ahead', 'unknown')`;
    suspects.set(copy.table, await database.query(text));
  }
  return suspects;
}

/**
 * Takes away what PLATFORM still has not said a while after it was suspected: a version ahead goes back to the one it has
 * said, and what it has never spoken of is emptied, but kept, because bookings may refer to it.
 */
export async function takeAway(database: Executor, suspects: Suspects): Promise<number> {
  let changed = 0;
  for (const copy of COPIES.values()) {
    const rows = JSON.stringify(suspects.get(copy.table) ?? []);
    const same = `FROM jsonb_to_recordset($1) AS each (tenant_id uuid, id uuid, seen bigint)`;
    const meant = 'each.tenant_id = here.tenant_id AND each.id = here.id AND each.seen = here.version';
    const columns = ['version', 'deleted', ...copy.columns.values()];
    const back = `UPDATE ${live(copy)} here SET projected_at = now(), ${columns.map((column) => `${column} = there.${column}`).join(', ')}
      ${same}, ${beside(copy)} there WHERE ${meant} AND ${joined(copy)} AND here.version > there.version`;
    const emptied = `UPDATE ${live(copy)} here SET projected_at = now(), version = 0, deleted = true, ${copy.emptied}
      ${same} WHERE ${meant} AND NOT EXISTS (SELECT FROM ${beside(copy)} there WHERE ${joined(copy)})`;
    for (const text of [back, emptied]) changed += await count(database, text, [rows]);
  }
  return changed;
}

async function count(database: Executor, text: string, values: unknown[] = []): Promise<number> {
  const counted = `WITH changed AS (${text} RETURNING 1) SELECT count(*)::int AS n FROM changed`;
  const [row] = (await database.query(counted, values)) as [{ n: number }];
  return row.n;
}
