import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually, query, type RunningSystem, startSystem } from '@kit/testing';
import { environmentOf, rehearsal, succeed } from './run.js';
import { type ArchivingServer, archivingServer } from './server.js';
import { foundTown, type Town, UNLIMITED } from './town.js';

const BEFORE = 10;
const BETWEEN = 5;

let server: ArchivingServer;
let system: RunningSystem;
let town: Town;
/** Folder of the backups of the server, as `--from` takes it. */
let backups: string;
let moment: Date;
/** Ids of bookings acknowledged: until the moment, between it and the last archived segment, after that. */
const acknowledged = { until: [] as string[], between: [] as string[], after: [] as string[] };

beforeAll(async () => {
  server = await archivingServer();
  system = await startSystem({ postgres: { platform: server, digilist: server }, appEnv: { gateway: UNLIMITED } });
  town = await foundTown(system);
}, 120_000);
afterAll(async () => {
  await system?.stop();
  await server?.stop();
}, 60_000);

const bookings = async (): Promise<Set<string>> => {
  const rows = await query<{ id: string }>(system.urls.digilist.superuser, 'SELECT id FROM digilist.bookings');
  return new Set(rows.map(({ id }) => id));
};
const lost = (ids: readonly string[], there: ReadonlySet<string>) => ids.filter((id) => !there.has(id));

async function restoredAt(toTime: string, name: string, ...more: string[]): Promise<string> {
  const data = path.join(server.directory, name);
  const said = await succeed('restore', ['--from', backups, '--to-time', toTime, '--data', data, ...more]);
  expect(said).toMatch(/\d+ rows in \d+ tables read, all guarded, \d+ invariants hold/);
  return data;
}

rehearsal('a backup', () => {
  it('is taken under load, and loses nobody a request', async () => {
    const stop = new AbortController();
    const load = (async () => {
      while (!stop.signal.aborted) acknowledged.until.push(await town.book());
    })();
    await eventually(() => expect(acknowledged.until.length).toBeGreaterThan(BEFORE), { within: 20_000 });
    const to = path.join(server.directory, 'backups');
    const said = await succeed('backup', ['--context', 'all', '--to', to], environmentOf(system));
    const during = acknowledged.until.length;
    await eventually(() => expect(acknowledged.until.length).toBeGreaterThan(during), { within: 20_000 });
    stop.abort();
    await load;
    // Both databases lie on this one server: there is one backup.
    expect(said).toMatch(/platform-digilist: \d+ MB in [\d.]+ s/);
    backups = path.join(to, 'platform-digilist');
    expect(await readdir(backups)).toEqual([expect.stringMatching(/^\d{8}T\d{6}Z$/)]);
  }, 60_000);
});

rehearsal('a server that is destroyed', () => {
  beforeAll(async () => {
    const [row] = await query<{ now: Date }>(server.url, 'SELECT clock_timestamp() AS now');
    moment = row?.now as Date;
    for (let n = 0; n < BETWEEN; n++) acknowledged.between.push(await town.book());
    await server.archived();
    acknowledged.after.push(await town.book());
    await system.apps.digilist.stop();
    await system.apps.platform.stop();
    await server.destroy();
  }, 60_000);

  it('is restored to a moment: all that was acknowledged by then is there, and nothing of later', async () => {
    await server.serveFrom(await restoredAt(moment.toISOString(), 'at-moment'));
    expect(await bookings()).toEqual(new Set(acknowledged.until));
    await server.destroy();
  }, 60_000);

  it('is restored to the latest: nothing that was archived is lost', async () => {
    // What was served from meanwhile is a timeline of its own, which is not the one that is wanted.
    await server.serveFrom(await restoredAt('latest', 'latest', '--timeline', '1'));
    const there = await bookings();
    expect(lost([...acknowledged.until, ...acknowledged.between], there)).toEqual([]);
    // What had not left the server is lost with it: a minute at most (archive_timeout).
    expect(lost(acknowledged.after, there)).toEqual(acknowledged.after);
  }, 60_000);

  it('serves again where it was: people book, and tenants see only their own', async () => {
    await system.apps.platform.restart();
    await system.apps.digilist.restart();
    const other = await foundTown(system);
    expect((await other.client.digilist.listBookings({})).data).toEqual([]);
    await expect(other.client.digilist.getBooking({ id: acknowledged.until[0] as string })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    const mine = await town.client.digilist.getBooking({ id: acknowledged.between[0] as string });
    expect(mine).toMatchObject({ id: acknowledged.between[0] });
  }, 60_000);

  it('goes on archiving beside what is there, on a timeline of its own', async () => {
    await server.archived();
    expect(await readdir(server.archive)).toContainEqual(expect.stringMatching(/^00000003/));
  }, 30_000);
});
