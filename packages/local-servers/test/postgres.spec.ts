import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  bootstrapDatabase,
  type DatabaseUrls,
  type PostgresServer,
  sharedSettings,
  startPostgres,
  urlFor,
} from '@kit/local-servers';
import pg from 'pg';

let server: PostgresServer;
let platform: DatabaseUrls;
let digilist: DatabaseUrls;

async function run(url: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows as Record<string, unknown>[];
    return rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  server = await startPostgres({ password: 'pSuper' });
  platform = await bootstrapDatabase(server.url, 'platform', 'platform', { app: 'pApp' });
  digilist = await bootstrapDatabase(server.url, 'digilist');
  await run(
    platform.migrator,
    'create table things (id int generated always as identity primary key)',
    'grant select on things to platform_lookup',
  );
}, 120_000);

afterAll(() => server?.stop());

describe('the embedded PostgreSQL', () => {
  it('runs with the shipped settings: durable, no JIT, transactions do not idle', async () => {
    const [row] = await run(
      platform.app,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit,
              current_setting('jit') as jit, current_setting('deadlock_timeout') as deadlock_timeout,
              current_setting('idle_in_transaction_session_timeout') as idle, current_setting('server_version_num')::int >= 180000 as new_enough`,
    );
    expect(row).toEqual({
      fsync: 'on',
      synchronous_commit: 'on',
      jit: 'off',
      deadlock_timeout: '200ms',
      idle: '5s',
      new_enough: true,
    });
    expect(sharedSettings()).toMatchObject({ fsync: 'on', jit: 'off' });
  });

  it('keeps committed rows when it is killed', async () => {
    const [before] = await run(
      platform.migrator,
      'insert into things default values',
      'select count(*)::int as n from things',
    );
    await server.kill();
    await server.restart();
    const [after] = await run(platform.migrator, 'select count(*)::int as n from things');
    expect(after).toEqual(before);
  });

  it('asks for passwords where it was given one', async () => {
    await expect(run(urlFor(platform.app, { user: 'platform_app', password: 'wrong' }), 'select 1')).rejects.toThrow(
      /password/,
    );
  });
});

describe('bootstrap.sql', () => {
  it('may run again, and has the new passwords then', async () => {
    await bootstrapDatabase(server.url, 'platform', 'platform', { app: 'pOther' });
    await expect(run(platform.app, 'select 1')).rejects.toThrow(/password/);
    platform = await bootstrapDatabase(server.url, 'platform', 'platform', { app: 'pApp' });
    await expect(run(platform.app, 'select 1')).resolves.toHaveLength(1);
  });

  it('makes roles that own nothing and pass by no policy, except the system role', async () => {
    const rows = await run(
      platform.superuser,
      `select rolname, rolcanlogin, rolbypassrls, rolsuper, rolcreaterole, rolcreatedb from pg_roles where rolname like 'platform\\_%' order by 1`,
    );
    const plain = { rolsuper: false, rolcreaterole: false, rolcreatedb: false };
    expect(rows).toEqual([
      { rolname: 'platform_app', rolcanlogin: true, rolbypassrls: false, ...plain },
      { rolname: 'platform_lookup', rolcanlogin: false, rolbypassrls: false, ...plain },
      { rolname: 'platform_migrator', rolcanlogin: true, rolbypassrls: false, ...plain },
      { rolname: 'platform_relay', rolcanlogin: false, rolbypassrls: false, ...plain },
      { rolname: 'platform_system', rolcanlogin: true, rolbypassrls: true, ...plain },
    ]);
  });

  it('gives new tables to the system role only', async () => {
    await expect(run(platform.app, 'select * from things')).rejects.toThrow(/permission denied/);
    await expect(run(platform.system, 'select * from things')).resolves.toBeDefined();
  });

  it('lets the app become lookup or relay, and nothing else', async () => {
    await expect(run(platform.app, 'set role platform_lookup', 'select * from things')).resolves.toBeDefined();
    await expect(run(platform.app, 'set role platform_relay', 'select * from things')).rejects.toThrow(
      /permission denied/,
    );
    for (const role of ['platform_migrator', 'platform_system', 'postgres']) {
      await expect(run(platform.app, `set role ${role}`)).rejects.toThrow(/permission denied/);
    }
  });

  it('refuses the app any change of the schema, and every role the other database', async () => {
    for (const statement of [
      'create table x ()',
      'create table public.x ()',
      'create temp table x ()',
      'create schema x',
    ]) {
      await expect(run(platform.app, statement)).rejects.toThrow(/permission denied/);
    }
    for (const url of Object.values({ app: platform.app, migrator: platform.migrator, system: platform.system })) {
      await expect(run(urlFor(url, { database: 'digilist' }), 'select 1')).rejects.toThrow(
        /permission denied for database/,
      );
    }
    await expect(run(digilist.app, 'select 1')).resolves.toHaveLength(1);
  });

  it('has the extensions, and its own schema first on every path', async () => {
    for (const url of [platform.app, platform.migrator, platform.system]) {
      expect(await run(url, 'show search_path')).toEqual([{ search_path: 'platform, public' }]);
    }
    const rows = await run(digilist.superuser, 'select extname from pg_extension order by 1');
    expect(rows.map((r) => r.extname)).toEqual(['btree_gist', 'pg_trgm', 'plpgsql', 'unaccent']);
  });
});
