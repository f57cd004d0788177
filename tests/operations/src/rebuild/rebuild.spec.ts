import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, query, type RunningSystem, startSystem } from '@kit/testing';
import { Caller, Random } from '@tests/chaos';
import { environmentOf, run, succeed } from '../backup/run.js';
import { foundTown, type Town, UNLIMITED } from '../backup/town.js';
import { drift } from '../recovery/agreement.js';
import { killed } from './killed.js';

/** A second. `npm test` runs on machines that do much else. */
const RATE = process.env.REHEARSAL ? 30 : 8;

let system: RunningSystem;
let town: Town;
beforeAll(async () => {
  system = await startSystem({ appEnv: { gateway: UNLIMITED } });
  town = await foundTown(system);
  await town.addUser('kari');
  for (const nb of ['Kulturhuset', 'Svømmehallen'])
    await town.client.digilist.createListing({
      orgId: town.orgId,
      type: 'SPACE',
      bookingModel: 'TIME_RANGE',
      paymentPolicy: 'INVOICE',
      name: { nb },
      capacity: 20,
    });
}, 120_000);
afterAll(() => system?.stop(), 60_000);

const digilist = <Row extends Record<string, unknown>>(text: string) =>
  query<Row>(system.urls.digilist.superuser, text);
const rebuild = (...args: string[]) => succeed('rebuild', args, environmentOf(system));

/** People work meanwhile, and none of them may notice. */
async function whilePeopleWork<T>(work: () => Promise<T>): Promise<T> {
  const caller = new Caller(system.gatewayUrl, town.target, new Random(7));
  await caller.signIn();
  const stop = new AbortController();
  const asking = caller.run(RATE, stop.signal);
  try {
    return await work();
  } finally {
    stop.abort();
    await asking;
    expect(caller.traffic.failed).toEqual([]);
    expect(caller.traffic.acknowledged.size).toBeGreaterThan(0);
  }
}

/** Copies say what PLATFORM never said: wrong, lost, made up, and too new to be set right by what comes. */
async function damage(): Promise<void> {
  await digilist("UPDATE digilist.platform_users SET name = 'Feil' WHERE kind = 'person'");
  await digilist(
    "UPDATE digilist.platform_roles SET permissions = '{*}', version = 0 WHERE id = (SELECT min(id::text)::uuid FROM digilist.platform_roles)",
  );
  await digilist(
    'DELETE FROM digilist.platform_entitlements WHERE id = (SELECT min(id::text)::uuid FROM digilist.platform_entitlements)',
  );
  await digilist(`INSERT INTO digilist.platform_user_roles (tenant_id, id, user_id, role_id, scope, status, version)
    SELECT tenant_id, uuidv7(), user_id, role_id, 'tenant', 'active', 9 FROM digilist.platform_user_roles WHERE user_id IS NOT NULL LIMIT 1`);
  await digilist('UPDATE digilist.platform_organizations SET version = version + 100');
}

const made = () =>
  digilist("SELECT FROM digilist.platform_user_roles WHERE version = 9 AND NOT deleted AND scope = 'tenant'");
const beside = () =>
  digilist("SELECT FROM pg_class WHERE relnamespace = 'digilist_rebuild'::regnamespace AND relkind = 'r'");

describe('the copies of what PLATFORM knows', () => {
  it('are rebuilt beside the live ones while people book: what differs is named, and set right at once', async () => {
    await eventually(async () => expect(await drift(system)).toEqual([]), { within: 15_000 });
    await whilePeopleWork(async () => {
      await damage();
      // What PLATFORM may be about to say is not taken away unless told.
      const careful = await run('rebuild', ['--projections'], environmentOf(system));
      for (const kind of [
        /platform_users: \d+ different/,
        /platform_roles: 1 behind/,
        /platform_entitlements: 1 missing/,
        /platform_organizations: \d+ ahead/,
      ])
        expect(careful.output).toMatch(kind);
      expect(careful).toMatchObject({
        code: 1,
        output: expect.stringMatching(/still platform_user_roles: 1 unknown.*--prune takes it away/s),
      });
      expect(await made()).toHaveLength(1);

      const said = await rebuild('--projections', '--prune');
      expect(said).toMatch(/platform_users: \d+ rows, checksum -?\d+, the same beside/);
      expect(await made()).toHaveLength(0);
      expect(await drift(system)).toEqual([]);
    });
    expect(await beside()).toEqual([]);
  }, 180_000);

  it('stay as they are when a rebuild is killed, and it can be begun again', async () => {
    await digilist("UPDATE digilist.platform_users SET name = 'Feil' WHERE kind = 'person'");
    const wrong = await digilist("SELECT FROM digilist.platform_users WHERE name = 'Feil'");
    await killed(system, ['--projections'], async () => (await beside()).length > 0);
    expect(await digilist("SELECT FROM digilist.platform_users WHERE name = 'Feil'")).toHaveLength(wrong.length);
    expect(await rebuild('--projections', '--dry-run')).toMatch(/platform_users: \d+ different.*nothing was changed/s);
    await rebuild('--projections');
    expect(await drift(system)).toEqual([]);
    expect(await beside()).toEqual([]);
  }, 60_000);
});

describe('what listings are found by', () => {
  it('is rebuilt beside the live documents while people search', async () => {
    const documents = 'SELECT tenant_id, id, document::text, names, others FROM digilist.listing_documents ORDER BY id';
    const right = await digilist(documents);
    await whilePeopleWork(async () => {
      await digilist(
        "UPDATE digilist.listing_documents SET document = 'tull', names = ' tull' WHERE id IN (SELECT id FROM digilist.listings ORDER BY id LIMIT 1)",
      );
      await digilist(
        'DELETE FROM digilist.listing_documents WHERE id IN (SELECT id FROM digilist.listings ORDER BY id DESC LIMIT 1)',
      );
      await digilist("DELETE FROM digilist.listing_words WHERE word LIKE 'ovings%'");
      expect(await rebuild('--search', '--dry-run')).toMatch(/1 different, 1 missing; listing_words: [1-9]\d* missing/);
      await rebuild('--search');
    });
    expect(await digilist(documents)).toEqual(right);
    expect(await beside()).toEqual([]);
  }, 120_000);
});

describe('a rebuild', () => {
  it.each([
    ['of nothing', [], /Say what: --projections, --search or both/],
    ['that prunes what it does not build', ['--search', '--prune'], /--prune is about --projections/],
    ['with an option that there is not', ['--all'], /Unknown option '--all'/],
  ])('%s is refused with what to do', async (_, args, message) => {
    const refused = await run('rebuild', args, environmentOf(system));
    expect(refused).toMatchObject({ code: 1, output: expect.stringMatching(message) });
  });
});
