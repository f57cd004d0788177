import type { DataSource, MigrationInterface } from 'typeorm';

export type Migrations = readonly (new () => MigrationInterface)[];

const UNDEFINED_TABLE = '42P01';

/**
 * A service does not start on a schema that is older than it is: it would fail later, request by request. One that is
 * newer is what every upgrade has for a while, and is meant to be understood.
 *
 * @throws Error naming what has not run
 */
export async function requireMigrations(context: string, system: DataSource, migrations: Migrations): Promise<void> {
  const applied = new Set(await appliedIn(context, system));
  const missing = migrations.map((migration) => new migration().name ?? migration.name).filter((n) => !applied.has(n));
  if (missing.length === 0) return;
  throw new Error(
    `The schema of ${context} is older than this release: ${missing.join(', ')} ${missing.length === 1 ? 'has' : 'have'} ` +
      'not run. Run the migrations of this release first (node dist/migrate.js), then start it again.',
  );
}

async function appliedIn(context: string, system: DataSource): Promise<string[]> {
  try {
    const rows: { name: string }[] = await system.query(`SELECT name FROM ${context}.migrations`);
    return rows.map(({ name }) => name);
  } catch (error) {
    if ((error as { code?: string }).code === UNDEFINED_TABLE) return [];
    throw error;
  }
}
