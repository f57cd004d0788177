import pg from 'pg';
import type { Target } from '../load.js';
import { Refusal } from '../refusal.js';
import { TABLES } from '../tables.js';

export interface TargetUrls {
  /** Of the role that passes by row-level security. */
  readonly system: string;
  /** Of the owner of the database: makes the schemas this works in. Not needed where they are there. */
  readonly migrator?: string;
}

export const WORKSPACE = 'legacy_migration';
export const ARCHIVE = 'legacy_archive';

const WORK_TABLES = `
CREATE TABLE IF NOT EXISTS ${WORKSPACE}.runs (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  run_id uuid NOT NULL,
  as_of timestamptz NOT NULL,
  fingerprint jsonb NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz
);
CREATE TABLE IF NOT EXISTS ${WORKSPACE}.loads (
  load text PRIMARY KEY,
  position text,
  finished boolean NOT NULL DEFAULT false,
  read bigint NOT NULL DEFAULT 0,
  written bigint NOT NULL DEFAULT 0,
  existing bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  merged bigint NOT NULL DEFAULT 0,
  clashes bigint NOT NULL DEFAULT 0,
  repairs jsonb NOT NULL DEFAULT '{}'
);
CREATE TABLE IF NOT EXISTS ${WORKSPACE}.tables (
  load text NOT NULL,
  name text NOT NULL,
  staged bigint NOT NULL,
  written bigint NOT NULL,
  differing bigint NOT NULL,
  computed numeric NOT NULL,
  stored numeric NOT NULL,
  PRIMARY KEY (load, name)
);
CREATE TABLE IF NOT EXISTS ${WORKSPACE}.rejects (
  load text NOT NULL, legacy_id text NOT NULL, code text NOT NULL, source jsonb NOT NULL, PRIMARY KEY (load, legacy_id)
);
CREATE TABLE IF NOT EXISTS ${WORKSPACE}.merges (
  load text NOT NULL, legacy_id text NOT NULL, merged_into text NOT NULL, PRIMARY KEY (load, legacy_id)
);
CREATE TABLE IF NOT EXISTS ${WORKSPACE}.clashes (
  legacy_id text PRIMARY KEY, listing text NOT NULL, starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL,
  won_by text NOT NULL, kept text NOT NULL
);`;

/** Makes what the migration works in, in one target: schemas by the owner, tables by the system role. */
export async function prepareWorkspace(target: Target, urls: TargetUrls, system: pg.Client): Promise<void> {
  const wanted = [WORKSPACE, ARCHIVE];
  const { rows } = await system.query<{ name: string }>(
    'SELECT nspname AS name FROM pg_namespace WHERE nspname = ANY ($1) AND has_schema_privilege(oid, $2)',
    [wanted, 'CREATE'],
  );
  const missing = wanted.filter((name) => !rows.some((row) => row.name === name));
  if (missing.length > 0) await makeSchemas(target, urls, missing);
  const archives = Object.entries(TABLES[target]).filter(([, { schema }]) => schema === ARCHIVE);
  for (const [name] of archives) {
    await system.query(`CREATE TABLE IF NOT EXISTS ${ARCHIVE}.${name} (
      tenant_id uuid NOT NULL, id uuid NOT NULL, legacy_id bigint NOT NULL, user_id uuid, occurred_at timestamptz, record jsonb NOT NULL,
      PRIMARY KEY (tenant_id, id))`);
  }
  await system.query(WORK_TABLES);
  for (const [name, { schema, columns, besides = [] }] of Object.entries(TABLES[target])) {
    const more = besides.map((column) => `, NULL::text AS ${column}`).join('');
    // Unlogged: what lies here is gone with the chunk, and with a crash.
    await system.query(`DROP TABLE IF EXISTS ${stageOf(name)};
      CREATE UNLOGGED TABLE ${stageOf(name)} AS SELECT ${columns.join(', ')}${more} FROM ${schema}.${name} WITH NO DATA`);
  }
}

export const stageOf = (table: string): string => `${WORKSPACE}.stage_${table}`;

async function makeSchemas(target: Target, { migrator }: TargetUrls, missing: readonly string[]): Promise<void> {
  const statements = missing.map(
    (name) => `CREATE SCHEMA IF NOT EXISTS ${name}; GRANT ALL ON SCHEMA ${name} TO ${target}_system;`,
  );
  const variable = `${target.toUpperCase()}_DATABASE_MIGRATOR_URL`;
  if (migrator === undefined) {
    throw new Refusal(
      'WORKSPACE_MISSING',
      `The ${target} database has no schema ${missing.join(' and ')} that ${target}_system may use. Set ${variable}, or run there as its owner:\n  ${statements.join('\n  ')}`,
    );
  }
  const client = new pg.Client({ connectionString: migrator });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(statements.join('\n'));
  } finally {
    await client.end().catch(() => {});
  }
}

/** Takes away what the migration needed; what it archived stays. */
export async function dropWorkspace({ migrator, system }: TargetUrls): Promise<void> {
  const client = new pg.Client({ connectionString: migrator ?? system });
  await client.connect();
  try {
    await client.query(`DROP SCHEMA IF EXISTS ${WORKSPACE} CASCADE`);
  } finally {
    await client.end().catch(() => {});
  }
}
