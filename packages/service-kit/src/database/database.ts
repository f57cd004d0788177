import { DataSource, type MigrationInterface } from 'typeorm';
import { migrateJobs } from '../jobs/job-tables.js';

/** A connection knows the plans of its statements: a short pause is no reason to make them again. */
const IDLE_MS = 300_000;

export interface DatabaseOptions {
  context: string;
  url: string;
  migrations?: (new () => MigrationInterface)[];
  poolSize?: number;
  /** How long to wait for a free connection, or for a new one. */
  waitMs?: number;
  applicationName?: string;
}

/** A TypeORM data source as every service opens it: its own schema, no synchronisation, no extension created behind our back. */
export function createDataSource(options: DatabaseOptions): DataSource {
  const { context, url, migrations = [], poolSize = 4, waitMs = 3_000, applicationName = context } = options;
  return new DataSource({
    type: 'postgres',
    url,
    schema: context,
    migrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    installExtensions: false,
    synchronize: false,
    poolSize,
    applicationName,
    connectTimeoutMS: waitMs,
    // Pipelined: statements that do not wait for each other's answer share a round trip.
    // No parallel plans: a service answers many at once, and a second core would be taken from the others.
    extra: {
      options: '-c timezone=UTC -c max_parallel_workers_per_gather=0',
      keepAlive: true,
      pipeline: true,
      idleTimeoutMillis: IDLE_MS,
    },
  });
}

/** Runs what is missing and answers the names of the migrations that ran. */
export async function migrate(options: DatabaseOptions): Promise<string[]> {
  const dataSource = await createDataSource({ ...options, poolSize: 1 }).initialize();
  try {
    const applied = await dataSource.runMigrations();
    await migrateJobs(options.context, dataSource);
    return applied.map((migration) => migration.name);
  } finally {
    await dataSource.destroy();
  }
}
