import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { formatLine } from '../copy-text.js';
import type { Load, NewRow, Outcome, Target as TargetName } from '../load.js';
import { Refusal } from '../refusal.js';
import { TABLES, type Table } from '../tables.js';
import { fill } from './fill.js';
import type { Fingerprint } from './source.js';
import { prepareWorkspace, stageOf, type TargetUrls, WORKSPACE } from './workspace.js';

export interface Run {
  readonly id: string;
  readonly asOf: number;
  readonly fingerprint: Fingerprint;
}

/** How far a load has come, and what has become of its rows until there. */
export interface Progress {
  position: string | null;
  finished: boolean;
  read: number;
  written: number;
  existing: number;
  rejected: number;
  merged: number;
  clashes: number;
  repairs: Record<string, number>;
}

export const nothingYet = (): Progress => ({
  position: null,
  finished: false,
  read: 0,
  written: 0,
  existing: 0,
  rejected: 0,
  merged: 0,
  clashes: 0,
  repairs: {},
});

/** What follows one another without a gap, and is written whole or not at all. */
export interface Chunk {
  readonly outcomes: readonly Outcome[];
  readonly position: string | null;
  readonly last: boolean;
}

const LOCK = "hashtextextended('legacy-migration', 0)";

/** One of the two databases that are filled. */
export class TargetDatabase {
  private constructor(
    readonly name: TargetName,
    private readonly urls: TargetUrls,
    readonly client: pg.Client,
  ) {}

  static async open(name: TargetName, urls: TargetUrls): Promise<TargetDatabase> {
    const client = new pg.Client({ connectionString: urls.system, application_name: 'legacy-migration' });
    client.on('error', () => {});
    try {
      await client.connect();
    } catch (error) {
      const variable = `${name.toUpperCase()}_DATABASE_SYSTEM_URL`;
      throw new Refusal(
        'TARGET_UNREACHABLE',
        `The ${name} database cannot be reached (${(error as Error).message}): check --${name}-to or ${variable}.`,
      );
    }
    const target = new TargetDatabase(name, urls, client);
    await target.requireReady();
    return target;
  }

  private async requireReady(): Promise<void> {
    const { rows } = await this.client.query<{ bypass: boolean; migrated: boolean }>(
      `SELECT (SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user) AS bypass,
         to_regclass('${this.name}.outbox') IS NOT NULL AS migrated`,
    );
    if (!rows[0]?.bypass) {
      throw new Refusal(
        'TARGET_ROLE',
        `The role of the ${this.name} database does not pass by row-level security: give the URL of ${this.name}_system.`,
      );
    }
    if (!rows[0]?.migrated) {
      throw new Refusal(
        'TARGET_NOT_MIGRATED',
        `The ${this.name} database has no tables yet: run the migrations of apps/${this.name}-service first (npm start does).`,
      );
    }
    await this.client.query(`SET TimeZone = 'UTC'; SET statement_timeout = 0; SET lock_timeout = '30s'; SET jit = off;
      SET idle_in_transaction_session_timeout = '60s';
      -- A chunk is small beside the tables it goes into, and the planner cannot know.
      SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off`);
  }

  /** Only one migration at a time. That of a process that was killed may still be committing: it is waited for. */
  async prepare(patience: number): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const { rows } = await this.client.query<{ locked: boolean }>(`SELECT pg_try_advisory_lock(${LOCK}) AS locked`);
      if (rows[0]?.locked) break;
      if (attempt >= patience)
        throw new Refusal(
          'ALREADY_RUNNING',
          `Another migration is running into the ${this.name} database: wait for it, or end it.`,
        );
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    await prepareWorkspace(this.name, this.urls, this.client);
  }

  async run(): Promise<(Run & { finished: boolean }) | null> {
    const { rows } = await this.client.query<{
      run_id: string;
      as_of: Date;
      fingerprint: Fingerprint;
      finished: boolean;
    }>(`SELECT run_id, as_of, fingerprint, finished_at IS NOT NULL AS finished FROM ${WORKSPACE}.runs`);
    const [row] = rows;
    return row
      ? { id: row.run_id, asOf: row.as_of.getTime(), fingerprint: row.fingerprint, finished: row.finished }
      : null;
  }

  /** From here on what is written belongs to this run; what an earlier one had noted of itself goes. */
  async begin({ id, asOf, fingerprint }: Run): Promise<void> {
    if ((await this.run())?.id === id) return;
    await this.client.query('BEGIN');
    await this.client.query(
      `TRUNCATE ${['runs', 'loads', 'tables', 'rejects', 'merges', 'clashes'].map((name) => `${WORKSPACE}.${name}`).join(', ')}`,
    );
    await this.client.query(`INSERT INTO ${WORKSPACE}.runs (run_id, as_of, fingerprint) VALUES ($1, $2, $3)`, [
      id,
      new Date(asOf),
      JSON.stringify(fingerprint),
    ]);
    await this.client.query('COMMIT');
  }

  async finish(): Promise<void> {
    await this.client.query(`UPDATE ${WORKSPACE}.runs SET finished_at = now()`);
  }

  async progress(load: string): Promise<Progress> {
    const { rows } = await this.client.query<
      Record<string, string> & { repairs: Record<string, number>; finished: boolean; position: string | null }
    >(`SELECT * FROM ${WORKSPACE}.loads WHERE load = $1`, [load]);
    const [row] = rows;
    if (!row) return nothingYet();
    const { position, finished, repairs } = row;
    const count = (name: string) => Number(row[name]);
    const counts = { read: count('read'), written: count('written'), existing: count('existing') };
    return {
      position,
      finished,
      repairs,
      ...counts,
      rejected: count('rejected'),
      merged: count('merged'),
      clashes: count('clashes'),
    };
  }

  /** A running service projects the same copies in an order of its own: whoever of the two has to give way comes again. */
  async write(load: Load, before: Progress, chunk: Chunk): Promise<Progress> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.writeOnce(load, before, chunk);
      } catch (error) {
        if ((error as { code?: string }).code !== DEADLOCK || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Rows, rejects and how far it has come: all in one transaction, so a process may die anywhere. */
  private async writeOnce(load: Load, before: Progress, chunk: Chunk): Promise<Progress> {
    const staged = stagedRows(chunk.outcomes);
    await this.client.query('BEGIN');
    try {
      // References within a chunk hold when it ends.
      await this.client.query('SET CONSTRAINTS ALL DEFERRED');
      for (const [name, rows] of staged) await this.stage(name, rows);
      if (staged.has('outbox')) await this.tell(load);
      let written = 0;
      for (const name of load.tables.filter((table) => staged.has(table) && table !== 'outbox')) {
        const count = await fill(
          this.client,
          load.name,
          name,
          this.table(name),
          before.read > 0 && before.written === 0,
        );
        if (name === (load.main ?? load.tables[0])) written = count;
      }
      const after = addUp(before, chunk, written);
      await this.note(load, after, chunk.outcomes);
      await this.client.query('COMMIT');
      return after;
    } catch (error) {
      await this.client.query('ROLLBACK').catch(() => {});
      throw asRefusal(error);
    }
  }

  private table(name: string): Table {
    const table = TABLES[this.name][name];
    if (!table) throw new Error(`there is no table ${name} to write to in ${this.name}`);
    return table;
  }

  private async stage(name: string, rows: readonly NewRow[]): Promise<void> {
    const { columns, besides = [] } = this.table(name);
    const all = [...columns, ...besides];
    await this.client.query(`TRUNCATE ${stageOf(name)}`);
    const stream = this.client.query(copyFrom(`COPY ${stageOf(name)} (${all.join(', ')}) FROM STDIN`));
    await pipeline(Readable.from(pages(rows, all), { objectMode: false }), stream);
  }

  /** Messages about rows that are not there yet; of the others they were told when they came. */
  private async tell(load: Load): Promise<void> {
    const { columns } = this.table('outbox');
    for (const name of load.tables.filter((table) => table !== 'outbox')) {
      await this.client.query(`INSERT INTO platform.outbox (${columns.join(', ')})
        SELECT ${columns.map((column) => `s.${column}`).join(', ')} FROM ${stageOf('outbox')} s
        WHERE s.of_table = '${name}' AND NOT EXISTS (SELECT FROM platform.${name} t WHERE t.tenant_id = s.tenant_id AND t.id = s.of_id::uuid)
        ON CONFLICT (tenant_id, id) DO NOTHING`);
    }
  }

  /**
   * Plans that were made while a table was empty are bad ones when it is not, also those of its foreign keys and triggers:
   * nobody tells the planner in the middle of a load, but us.
   */
  async analyze(load: Load): Promise<void> {
    for (const name of load.tables) await this.client.query(`ANALYZE ${this.table(name).schema}.${name}`);
  }

  private async note(load: Load, progress: Progress, outcomes: readonly Outcome[]): Promise<void> {
    const { position, finished, read, written, existing, rejected, merged, clashes, repairs } = progress;
    const rejects = outcomes.filter((outcome) => outcome.kind === 'rejected');
    const merges = outcomes.filter((outcome) => outcome.kind === 'merged');
    const lost = outcomes.flatMap((outcome) =>
      outcome.kind === 'rows' && outcome.clash ? [{ id: outcome.legacyId, ...outcome.clash }] : [],
    );
    if (rejects.length > 0) {
      const rows = rejects.map(({ legacyId, code, source }) => ({ legacyId, code, source }));
      await this.client.query(
        `INSERT INTO ${WORKSPACE}.rejects SELECT $1, r."legacyId", r.code, r.source
         FROM jsonb_to_recordset($2) AS r ("legacyId" text, code text, source jsonb) ON CONFLICT DO NOTHING`,
        [load.name, JSON.stringify(rows)],
      );
    }
    if (merges.length > 0) {
      const rows = merges.map(({ legacyId, into }) => ({ legacyId, into }));
      await this.client.query(
        `INSERT INTO ${WORKSPACE}.merges SELECT $1, r."legacyId", r."into" FROM jsonb_to_recordset($2) AS r ("legacyId" text, "into" text) ON CONFLICT DO NOTHING`,
        [load.name, JSON.stringify(rows)],
      );
    }
    if (lost.length > 0) {
      await this.client.query(
        `INSERT INTO ${WORKSPACE}.clashes SELECT r.id, r.listing, r."from", r."to", r."wonBy", r.kept
         FROM jsonb_to_recordset($1) AS r (id text, listing text, "from" timestamptz, "to" timestamptz, "wonBy" text, kept text) ON CONFLICT DO NOTHING`,
        [JSON.stringify(lost)],
      );
    }
    const values = [
      load.name,
      position,
      finished,
      read,
      written,
      existing,
      rejected,
      merged,
      clashes,
      JSON.stringify(repairs),
    ];
    await this.client.query(
      `INSERT INTO ${WORKSPACE}.loads (load, position, finished, read, written, existing, rejected, merged, clashes, repairs)
       VALUES (${values.map((_, at) => `$${at + 1}`).join(', ')})
       ON CONFLICT (load) DO UPDATE SET (position, finished, read, written, existing, rejected, merged, clashes, repairs)
         = (excluded.position, excluded.finished, excluded.read, excluded.written, excluded.existing, excluded.rejected, excluded.merged, excluded.clashes, excluded.repairs)`,
      values,
    );
  }

  async close(): Promise<void> {
    await this.client.end().catch(() => {});
  }
}

const EXCLUSION_VIOLATION = '23P01';
const DEADLOCK = '40P01';
const ATTEMPTS = 10;

/** Time that was booked here after an earlier run had brought the calendar: people have to sort that out. */
function asRefusal(error: unknown): unknown {
  const { code, detail } = error as { code?: string; detail?: string };
  if (code !== EXCLUSION_VIOLATION) return error;
  return new Refusal(
    'TIME_TAKEN',
    `Somebody has booked time here that a row of the source holds as well (${detail}). Move or cancel one of the two, then go on with --resume.`,
  );
}

function stagedRows(outcomes: readonly Outcome[]): Map<string, NewRow[]> {
  const staged = new Map<string, NewRow[]>();
  for (const outcome of outcomes) {
    if (outcome.kind !== 'rows') continue;
    for (const [name, row] of outcome.rows) {
      const rows = staged.get(name);
      if (rows) rows.push(row);
      else staged.set(name, [row]);
    }
  }
  return staged;
}

/** Lines in pieces large enough that nobody waits for a packet. */
function* pages(rows: readonly NewRow[], columns: readonly string[]): Generator<Buffer> {
  let text = '';
  for (const row of rows) {
    text += formatLine(columns.map((column) => row[column]));
    if (text.length > 65_536) {
      yield Buffer.from(text);
      text = '';
    }
  }
  if (text !== '') yield Buffer.from(text);
}

/** What the chunk adds. @param written of the main table; what was to be written and was not had been there. */
export function addUp(before: Progress, { outcomes, position, last }: Chunk, written: number): Progress {
  const after = { ...before, repairs: { ...before.repairs }, position: position ?? before.position, finished: last };
  let taken = 0;
  for (const outcome of outcomes) {
    after.read++;
    if (outcome.kind === 'rejected') after.rejected++;
    else if (outcome.kind === 'merged') after.merged++;
    else {
      taken++;
      if (outcome.clash) after.clashes++;
      for (const code of outcome.repairs ?? []) after.repairs[code] = (after.repairs[code] ?? 0) + 1;
    }
  }
  after.written += written;
  after.existing += taken - written;
  return after;
}
