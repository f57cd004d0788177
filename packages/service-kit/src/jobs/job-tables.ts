import { Logger as LibraryLogger, runMigrations } from 'graphile-worker';
import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';

/** Where a service's queue of jobs lies, beside its own schema: only the system role and the migrator may enter. */
export const jobSchema = (context: string): string => `${context}_jobs`;

/** The pool under a data source, which the library shares instead of opening one of its own. */
export const poolOf = (source: DataSource): Pool => (source.driver as unknown as { master: Pool }).master;

/** For a migration: the schema of the jobs, with what the kit itself keeps in it. `migrateJobs` adds the library's tables. */
export function jobTables(context: string): string[] {
  const schema = jobSchema(context);
  const system = `${context}_system`;
  const grants = (kind: 'TABLES' | 'SEQUENCES') =>
    `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT ALL ON ${kind} TO ${system}`;
  return [
    `CREATE SCHEMA ${schema}`,
    `GRANT USAGE ON SCHEMA ${schema} TO ${system}`,
    grants('TABLES'),
    grants('SEQUENCES'),
    // Who is alive: what a worker holds that nobody has seen for a while is taken from it.
    `CREATE TABLE ${schema}.processes (
       id uuid PRIMARY KEY,
       name text NOT NULL,
       worker_ids text[] NOT NULL,
       seen_at timestamptz NOT NULL DEFAULT now()
     )`,
    `CREATE TABLE ${schema}.runs (
       id uuid PRIMARY KEY DEFAULT uuidv7(),
       job text NOT NULL,
       process text NOT NULL,
       started_at timestamptz NOT NULL,
       duration_ms integer NOT NULL,
       outcome text NOT NULL CHECK (outcome IN ('ok', 'failed')),
       error text
     )`,
    `CREATE INDEX runs_of_job ON ${schema}.runs (job, started_at)`,
  ];
}

/** Brings the library's own tables up to what it needs. A service that keeps no jobs is left alone. */
export async function migrateJobs(context: string, source: DataSource): Promise<void> {
  const schema = jobSchema(context);
  const [found]: { there: boolean }[] = await source.query('SELECT to_regnamespace($1) IS NOT NULL AS there', [schema]);
  if (found?.there) await runMigrations({ pgPool: poolOf(source), schema, logger: new LibraryLogger(() => () => {}) });
}
