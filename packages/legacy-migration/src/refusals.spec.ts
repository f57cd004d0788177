import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, query, stopPostgres, type TestDatabase } from '@kit/testing';
import pg from 'pg';
import { migrate, type Options } from './engine/migrate.js';
import { dropWorkspace } from './engine/workspace.js';
import { readCommandLine } from './options.js';
import type { Refusal } from './refusal.js';
import { openLegacy, openTargets, silence, type Targets, urlsOf } from './testing/targets.js';

const EMPTY = mkdtempSync(`${os.tmpdir()}/legacy-root-`);
const GIVEN = ['--from', 'postgres://a', '--platform-to', 'postgres://b', '--digilist-to', 'postgres://c'];

const refusal = async (work: () => unknown): Promise<string> => {
  try {
    await work();
  } catch (error) {
    return `${(error as Refusal).code}: ${(error as Error).message}`;
  }
  throw new Error('this should have been refused');
};

describe('the command line', () => {
  const read = (...args: string[]) => refusal(() => readCommandLine(args, {}, EMPTY));

  it('says what is missing, and where to get it', async () => {
    expect(await read(...GIVEN.slice(2))).toMatch(/^FROM_MISSING: .*\n\nnpm run migrate:legacy/s);
    expect(await read('--from', 'postgres://a')).toMatch(
      /^TARGET_MISSING: .*--platform-to or PLATFORM_DATABASE_SYSTEM_URL, or run npm start/,
    );
    expect(await read(...GIVEN, '--force')).toMatch(/^OPTION_UNKNOWN: .*npm run migrate:legacy/s);
    expect(await read(...GIVEN, '--chunk', '0')).toMatch(/^CHUNK_INVALID: .* from 1 to 100000/);
    expect(await read(...GIVEN, '--as-of', 'i går')).toMatch(/^AS_OF_INVALID: .*2026-01-31T22:00:00Z/);
  });

  it('takes the databases from the environment, with their owners', () => {
    const env = {
      PLATFORM_DATABASE_SYSTEM_URL: 'p',
      PLATFORM_DATABASE_MIGRATOR_URL: 'pm',
      DIGILIST_DATABASE_SYSTEM_URL: 'd',
    };
    const { platform, digilist } = readCommandLine(['--from', 'f'], env, EMPTY);
    expect([platform, digilist]).toEqual([{ system: 'p', migrator: 'pm' }, { system: 'd' }]);
  });
});

describe('a migration is refused', () => {
  let legacy: TestDatabase;
  let targets: Targets;
  let bare: TestDatabase;
  const run = (more: Partial<Options> = {}) =>
    refusal(() =>
      migrate({
        from: legacy.urls.superuser,
        ...urlsOf(targets),
        dryRun: false,
        resume: false,
        ignore: [],
        chunkRows: 500,
        out: silence(),
        ...more,
      }),
    );

  beforeAll(async () => {
    legacy = await openLegacy({ rows: 300 });
    targets = await openTargets();
    bare = await createDatabase('platform', async () => {}, { template: 'empty' });
  }, 180_000);
  afterAll(async () => {
    await bare?.drop();
    await targets?.drop();
    await legacy?.drop();
    await stopPostgres();
  });

  it('where a database cannot be reached, has no tables, or the role does not see all', async () => {
    const nowhere = 'postgres://nobody@127.0.0.1:1/nothing';
    expect(await run({ from: nowhere })).toMatch(/^SOURCE_UNREACHABLE: .*check its URL/);
    expect(await run({ platform: { system: nowhere } })).toMatch(
      /^TARGET_UNREACHABLE: .*--platform-to or PLATFORM_DATABASE_SYSTEM_URL/,
    );
    expect(await run({ platform: { system: bare.urls.system } })).toMatch(/^TARGET_NOT_MIGRATED: .*run the migrations/);
    expect(await run({ platform: { system: targets.platform.urls.app } })).toMatch(/^TARGET_ROLE: .*platform_system/);
  });

  it('where the workspace is not there and nobody may make it, with the statements that do', async () => {
    const { system } = targets.platform.urls;
    expect(await run({ platform: { system } })).toMatch(
      /^WORKSPACE_MISSING: .*PLATFORM_DATABASE_MIGRATOR_URL.*CREATE SCHEMA IF NOT EXISTS legacy_migration; GRANT ALL/s,
    );
  });

  it('where the product has not registered itself', async () => {
    const { superuser } = targets.platform.urls;
    await query(superuser, "UPDATE platform.plans SET status = 'retired'");
    expect(await run({ dryRun: true })).toMatch(/^PRODUCT_MISSING: .*start both services once/);
    await query(superuser, "UPDATE platform.plans SET status = 'active'");
  });

  it('where the source is not what it should be, or has more than is planned for', async () => {
    expect(await run({ from: bare.urls.superuser, dryRun: true })).toMatch(
      /^SOURCE_TABLE_MISSING: .*is --from the database/,
    );
    await query(legacy.urls.superuser, 'CREATE TABLE waiting_list (id serial)');
    expect(await run({ dryRun: true })).toMatch(/^SOURCE_TABLE_UNKNOWN: .*waiting_list\. Say --ignore waiting_list/);
    await query(legacy.urls.superuser, 'DROP TABLE waiting_list');
    const empty = await openLegacy({ rows: 300 });
    await query(empty.urls.superuser, 'TRUNCATE tenants');
    expect(await run({ from: empty.urls.superuser, dryRun: true })).toMatch(/^SOURCE_EMPTY: /);
    await empty.drop();
  });

  it('to go on where there is nothing to go on with, or the source has changed meanwhile', async () => {
    expect(await run({ resume: true })).toMatch(/^NOTHING_TO_RESUME: .*start without --resume/);
    expect(await run({ resume: true, dryRun: true })).toMatch(/^RESUME_OF_DRY_RUN: /);
    await migrate({
      from: legacy.urls.superuser,
      ...urlsOf(targets),
      dryRun: false,
      resume: false,
      ignore: [],
      chunkRows: 500,
      out: silence(),
    });
    expect(await run({ resume: true })).toMatch(/^NOTHING_TO_RESUME: /);
    await query(targets.platform.urls.superuser, 'UPDATE legacy_migration.runs SET finished_at = NULL');
    await query(legacy.urls.superuser, "UPDATE users SET name = 'Ny' WHERE id = 1");
    expect(await run({ resume: true })).toMatch(/^SOURCE_CHANGED: .*\(users\).*start without --resume/);
  });

  it('while another one runs', async () => {
    const { client, close } = await lockOf(targets.platform.urls.system);
    await client.query("SELECT pg_advisory_lock(hashtextextended('legacy-migration', 0))");
    expect(await run({ patience: 2 })).toMatch(/^ALREADY_RUNNING: .*wait for it, or end it/);
    await close();
  });

  it('where time that the source holds was booked here since', async () => {
    const { superuser } = targets.digilist.urls;
    // As if the booking had never been brought, and somebody else had come.
    await query(
      superuser,
      `UPDATE digilist.allocations SET id = uuidv7(), booking_id = NULL, kind = 'BLOCK' WHERE (tenant_id, id) = (SELECT tenant_id, id FROM digilist.allocations WHERE active LIMIT 1)`,
    );
    expect(await run()).toMatch(/^TIME_TAKEN: .*go on with --resume/);
  });

  it('after the workspace was taken away: nobody can tell what had been brought', async () => {
    for (const urls of Object.values(urlsOf(targets))) await dropWorkspace(urls);
    expect(await run()).toMatch(/^WORKSPACE_GONE: /);
  });
});

async function lockOf(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return { client, close: () => client.end() };
}
