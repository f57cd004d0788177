import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { DataSource, MigrationExecutor, type MigrationInterface } from 'typeorm';
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
  /** How long a statement waits for a lock; as long as it takes unless told. */
  lockMs?: number;
}

/** A TypeORM data source as every service opens it: its own schema, no synchronisation, no extension created behind our back. */
export function createDataSource(options: DatabaseOptions): DataSource {
  const { context, url, migrations = [], poolSize = 4, waitMs = 3_000, applicationName = context, lockMs } = options;
  const locks = lockMs === undefined ? '' : ` -c lock_timeout=${lockMs}`;
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
      options: `-c timezone=UTC -c max_parallel_workers_per_gather=0${locks}`,
      keepAlive: true,
      pipeline: true,
      idleTimeoutMillis: IDLE_MS,
      onConnect: outliveItsConnection,
    },
  });
}

/**
 * A connection that is cut between two statements of its holder says so by an event; unheard, it would end the process.
 * The holder's next statement fails, and the pool opens another connection.
 */
function outliveItsConnection(client: Client): void {
  client.on('error', () => undefined);
}

const LOCK_MS = 500;
const LOCK_REST_MS = 1_000;
const LOCK_TRIES = 120;
const LOCK_NOT_AVAILABLE = '55P03';

export interface MigrateOptions extends DatabaseOptions {
  /** How often a migration asks for a lock that somebody holds. */
  tries?: number;
}

/**
 * Runs what is missing and answers the names of the migrations that ran. The service is running meanwhile: whoever waits
 * for a lock makes everybody wait who comes after, so a migration gives up soon, and tries again.
 */
export async function migrate({ tries = LOCK_TRIES, ...options }: MigrateOptions): Promise<string[]> {
  const dataSource = await createDataSource({ lockMs: LOCK_MS, ...options, poolSize: 1 }).initialize();
  try {
    const pending = await new MigrationExecutor(dataSource).getPendingMigrations();
    for (let attempt = 1; ; attempt++) {
      try {
        await dataSource.runMigrations();
        break;
      } catch (error) {
        if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
        if (attempt >= tries)
          throw new Error(
            `A table that a migration changes was in use the whole time (${(error as Error).message}). What ran before it ` +
              'stays. Find who holds it (pg_stat_activity, pg_locks), and run the migrations again.',
          );
        await sleep(LOCK_REST_MS);
      }
    }
    await migrateJobs(options.context, dataSource);
    return pending.map(({ name }) => name);
  } finally {
    await dataSource.destroy();
  }
}
