import type pg from 'pg';
import type { Table } from '../tables.js';
import { stageOf, WORKSPACE } from './workspace.js';

interface Figures {
  readonly staged: number;
  readonly written: number;
  /** Rows that lie there and are not as computed. */
  readonly differing: number;
  /** One that does not lie there. */
  readonly missing: string | null;
  /** Sums of the hashes of the rows, as they were computed and as they lie there. */
  readonly computed: string;
  readonly stored: string;
}

const FIGURES = 'staged::int, written::int, differing::int, missing, computed::text, stored::text';

const hashOf = (row: string, { columns }: Table): string =>
  `hash_record_extended(ROW(${columns.map((column) => `${row}.${column}`).join(', ')}), 0)::numeric`;

/**
 * Puts the staged rows where they belong, and holds what lies there then against what was meant.
 *
 * @param there whether they have probably been there: looking first is cheaper then
 * @returns how many had not been there
 */
export async function fill(
  client: pg.Client,
  load: string,
  name: string,
  table: Table,
  there: boolean,
): Promise<number> {
  let found = there ? await compare(client, name, table, 0) : null;
  if (found === null || found.missing !== null) {
    found = await insert(client, name, table);
    // Some had been there: those are read where they lie.
    if (found.written < found.staged) found = await compare(client, name, table, found.written);
    if (found.missing !== null) {
      throw new Error(`row ${found.missing} of ${table.schema}.${name} was written and is not there`);
    }
  }
  await client.query(
    `INSERT INTO ${WORKSPACE}.tables AS n (load, name, staged, written, differing, computed, stored) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (load, name) DO UPDATE SET staged = n.staged + excluded.staged, written = n.written + excluded.written,
       differing = n.differing + excluded.differing, computed = n.computed + excluded.computed, stored = n.stored + excluded.stored`,
    [load, name, found.staged, found.written, found.differing, found.computed, found.stored],
  );
  return found.written;
}

async function insert(client: pg.Client, name: string, table: Table): Promise<Figures> {
  const { schema, columns, key } = table;
  const staged = stageOf(name);
  const wanted = table.insert?.(staged) ?? { columns, select: `SELECT ${columns.join(', ')} FROM ${staged}` };
  const { rows } = await client.query<Figures>(
    `WITH written AS (
       INSERT INTO ${schema}.${name} AS t (${wanted.columns.join(', ')}) ${wanted.select}
       ON CONFLICT (${key.join(', ')}) DO NOTHING RETURNING ${hashOf('t', table)} AS stored
     ), f AS (
       SELECT (SELECT count(*) FROM ${staged}) AS staged, (SELECT count(*) FROM written) AS written, 0 AS differing, NULL AS missing,
         (SELECT coalesce(sum(${hashOf('s', table)}), 0) FROM ${staged} s) AS computed, (SELECT coalesce(sum(stored), 0) FROM written) AS stored
     ) SELECT ${FIGURES} FROM f`,
  );
  return rows[0] as Figures;
}

async function compare(client: pg.Client, name: string, table: Table, written: number): Promise<Figures> {
  const same = table.key.map((column) => `t.${column} = s.${column}`).join(' AND ');
  const { rows } = await client.query<Figures>(
    `WITH c AS (
       SELECT s.id, ${hashOf('s', table)} AS computed, CASE WHEN t.id IS NOT NULL THEN ${hashOf('t', table)} END AS stored
       FROM ${stageOf(name)} s LEFT JOIN ${table.schema}.${name} t ON ${same}
     ), f AS (
       SELECT count(*) AS staged, ${written} AS written, count(*) FILTER (WHERE stored <> computed) AS differing,
         min(id::text) FILTER (WHERE stored IS NULL) AS missing, sum(computed) AS computed, coalesce(sum(stored), 0) AS stored FROM c
     ) SELECT ${FIGURES} FROM f`,
  );
  return rows[0] as Figures;
}
