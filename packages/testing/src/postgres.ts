import { createHash, randomBytes } from 'node:crypto';
import {
  bootstrapDatabase,
  type Context,
  type DatabaseUrls,
  databaseUrls,
  startPostgres as startServer,
  testSettings,
  urlFor,
  withClusterLock,
} from '@kit/local-servers';
import pg from 'pg';
import { disconnect } from './query.js';

export interface TestPostgres {
  /** As superuser, database `postgres`. */
  readonly url: string;
  /** True where this call started a server of its own, which only then may be killed. */
  readonly own: boolean;
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A PostgreSQL for tests: the one of the run (TEST_POSTGRES_URL), else one of its own.
 * `own: true` always starts one, for tests that kill it; `durable: true` gives it the shipped settings.
 */
export async function startPostgres({ own = false, durable = false } = {}): Promise<TestPostgres> {
  const shared = process.env.TEST_POSTGRES_URL;
  if (shared && !own) {
    const nothing = async () => {};
    const refuse = async () => {
      throw new Error('This PostgreSQL belongs to the whole run: ask for one by startPostgres({ own: true }).');
    };
    return { url: shared, own: false, kill: refuse, restart: refuse, stop: nothing };
  }
  const server = await startServer({ settings: durable ? {} : testSettings });
  return {
    url: server.url,
    own: true,
    kill: async () => {
      await server.kill('SIGKILL');
    },
    restart: () => server.restart(),
    stop: () => server.stop(),
  };
}

let processWide: Promise<TestPostgres> | undefined;
/** One server for everything in this process that does not bring its own. */
const sharedServer = () => {
  processWide ??= startPostgres();
  return processWide;
};

export interface TestDatabase {
  readonly name: string;
  readonly urls: DatabaseUrls;
  drop(): Promise<void>;
}

export interface CreateDatabaseOptions {
  /** The server; default: the one of the run. */
  postgres?: Pick<TestPostgres, 'url'>;
  /** Names the template, where the migrate function does not tell two schemas apart. */
  template?: string;
}

const short = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/**
 * A database of its own with the roles of the context, migrated. The migrations run once per run and context, into a
 * template; each call clones it (some tens of milliseconds). Safe among parallel Jest workers.
 */
export async function createDatabase(
  context: Context,
  migrate: (urls: DatabaseUrls) => Promise<unknown> = async () => {},
  options: CreateDatabaseOptions = {},
): Promise<TestDatabase> {
  const superuser = (options.postgres ?? (await sharedServer())).url;
  const key = options.template ?? short(`${process.cwd()}\n${migrate.toString()}`);
  const template = `template_${context}_${key}`;
  const name = `test_${context}_${Date.now().toString(36)}_${randomBytes(4).toString('hex')}`;

  await withClusterLock(superuser, template, async (admin) => {
    const exists = await admin.query('select 1 from pg_database where datname = $1', [template]);
    if (exists.rowCount) return;
    const building = `${template}_building`;
    await admin.query(`drop database if exists ${quoted(building)} with (force)`);
    await migrate(await bootstrapDatabase(superuser, context, building));
    await disconnect(building);
    // A connection pool that is still closing would keep the template from being cloned.
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [building]);
    await admin.query(`alter database ${quoted(building)} rename to ${quoted(template)}`);
    await admin.query(`alter database ${quoted(template)} with allow_connections false`);
  });

  await asSuperuser(superuser, async (client) => {
    // Copying the files is a third faster than logging each page: a template has hundreds of small ones.
    await client.query(
      `create database ${quoted(name)} template ${quoted(template)} owner ${context}_migrator strategy file_copy`,
    );
    // A clone gets neither the privileges on the database nor its settings.
    await client.query(`revoke all on database ${quoted(name)} from public`);
    await client.query(`grant connect on database ${quoted(name)} to ${context}_app, ${context}_system`);
  });

  return {
    name,
    urls: databaseUrls(superuser, context, name),
    async drop() {
      await disconnect(name);
      await asSuperuser(superuser, async (client) => {
        await client.query(`drop database if exists ${quoted(name)} with (force)`);
      });
    },
  };
}

/** Ends the server that createDatabase() started for this process, if it did. Call it in afterAll. */
export async function stopPostgres(): Promise<void> {
  const server = await processWide;
  processWide = undefined;
  await server?.stop();
}

async function asSuperuser<T>(superuserUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: urlFor(superuserUrl, { database: 'postgres' }) });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
