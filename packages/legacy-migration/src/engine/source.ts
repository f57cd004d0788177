import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { linesOf, parseLine } from '../copy-text.js';
import type { Row } from '../load.js';
import { Refusal } from '../refusal.js';

export interface Fingerprint {
  readonly [table: string]: { readonly rows: number; readonly sum: string };
}

/**
 * One database as it was at one instant: everything is read in one transaction that sees no later change, through one
 * connection, so no table is newer than another.
 */
export class Source {
  private constructor(private readonly client: pg.Client) {}

  static async open(url: string, name: string): Promise<Source> {
    const client = new pg.Client({ connectionString: url, application_name: 'legacy-migration' });
    client.on('error', () => {});
    try {
      await client.connect();
    } catch (error) {
      throw new Refusal(
        'SOURCE_UNREACHABLE',
        `${name} cannot be reached (${(error as Error).message}): check its URL.`,
      );
    }
    // Text of times must not depend on how the server was set up; between two tables we may be busy for long.
    await client.query(`SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET statement_timeout = 0;
      SET idle_in_transaction_session_timeout = 0; SET extra_float_digits = 1; SET jit = off`);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return new Source(client);
  }

  async rows(text: string): Promise<Row[]> {
    const rows: Row[] = [];
    for await (const row of this.read(text)) rows.push(row);
    return rows;
  }

  async count(text: string): Promise<number> {
    const { rows } = await this.client.query<{ count: string }>(text);
    return Number(rows[0]?.count ?? 0);
  }

  /** Streams a query by COPY; how fast it is read is how fast the server sends. */
  async *read(text: string): AsyncGenerator<Row> {
    const { fields } = await this.client.query({ text: `SELECT * FROM (${text}) q LIMIT 0`, rowMode: 'array' });
    const columns = fields.map(({ name }) => name);
    const stream = this.client.query(copyTo(`COPY (${text}) TO STDOUT`));
    for await (const line of linesOf(stream)) {
      const values = parseLine(line);
      const row: Record<string, string | null> = {};
      for (let at = 0; at < columns.length; at++) row[columns[at] as string] = values[at] ?? null;
      yield row;
    }
  }

  /** Tables of the schema. */
  async tables(): Promise<string[]> {
    const { rows } = await this.client.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  }

  /** Count and checksum of every row of each table: any change shows. */
  async fingerprint(tables: readonly string[]): Promise<Fingerprint> {
    const print: Record<string, { rows: number; sum: string }> = {};
    for (const table of tables) {
      const { rows } = await this.client.query<{ rows: string; sum: string }>(
        `SELECT count(*) AS rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text AS sum FROM ${table} t`,
      );
      print[table] = { rows: Number(rows[0]?.rows ?? 0), sum: rows[0]?.sum ?? '0' };
    }
    return print;
  }

  async close(): Promise<void> {
    await this.client.end().catch(() => {});
  }
}
