import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, query, type RunningSystem, startSystem } from '@kit/testing';
import { environmentOf, rehearsal, run, succeed } from '../backup/run.js';
import { type ArchivingServer, archivingServer } from '../backup/server.js';
import { foundTown, type Town, UNLIMITED } from '../backup/town.js';
import { auditProblems, drift, unpublished } from './agreement.js';

const RIGHT = { missing: 0, twice: 0, gaps: 0 };
const PATIENCE = { within: 30_000, every: 100 };

type Context = 'platform' | 'digilist';

let servers: Record<Context, ArchivingServer>;
let system: RunningSystem;
let town: Town;
let kari: string;
let restores = 0;
/** Bookings that were acknowledged while the backups were taken. */
const whileCopied: string[] = [];

beforeAll(async () => {
  const [platform, digilist] = await Promise.all([archivingServer(), archivingServer()]);
  servers = { platform, digilist };
  system = await startSystem({ postgres: servers, appEnv: { gateway: UNLIMITED } });
  town = await foundTown(system);
  kari = await town.addUser('kari');
  await settled();
  const stop = new AbortController();
  const load = (async () => {
    while (!stop.signal.aborted) whileCopied.push(await town.book());
  })();
  for (const context of ['platform', 'digilist'] as const)
    await succeed('backup', ['--context', context, '--to', servers[context].directory], environmentOf(system));
  stop.abort();
  await load;
}, 180_000);
afterAll(async () => {
  await system?.stop();
  await Promise.all(Object.values(servers ?? {}).map((server) => server.stop()));
}, 60_000);

const settled = () =>
  eventually(async () => {
    expect(await unpublished(system)).toBe(0);
    expect(await auditProblems(system)).toEqual(RIGHT);
    expect(await drift(system)).toEqual([]);
  }, PATIENCE);

/** A moment between what is committed and what comes. */
const now = async (): Promise<Date> => {
  const [row] = await query<{ at: Date }>(servers.platform.url, 'SELECT clock_timestamp() AS at');
  return row?.at as Date;
};

const rename = async (id: string, name: string): Promise<void> => {
  const user = await town.client.platform.getUser({ id });
  await town.client.platform.updateUser({ id, name }, { ifMatch: user });
};

/** The server of a context is lost, restored to a moment, and its service started on it. */
async function restoreTo(context: Context, moment: Date): Promise<void> {
  const server = servers[context];
  await server.archived();
  await system.apps[context].stop();
  await server.destroy();
  const data = path.join(server.directory, `restored-${restores++}`);
  const from = path.join(server.directory, context);
  await succeed('restore', ['--from', from, '--to-time', moment.toISOString(), '--data', data], environmentOf(system));
  await server.serveFrom(data);
  await system.apps[context].restart();
}

/** The documented procedure. Answers the report: what was announced and is lost, and copies of what is lost. */
async function bringInLine(
  context: Context,
  moment: Date,
): Promise<{ id: string; subject?: string; table?: string }[]> {
  const report = path.join(servers[context].directory, `report-${restores}.jsonl`);
  const args = ['--context', context, '--to-time', moment.toISOString(), '--report', report];
  await succeed('restored', args, environmentOf(system));
  const lines = (await readFile(report, 'utf8')).split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as { id: string });
}

const audited = (action: string, entityId: string) =>
  query(system.urls.platform.superuser, 'SELECT FROM platform.audit_logs WHERE action = $1 AND entity_id = $2', [
    action,
    entityId,
  ]);

describe('DIGILIST alone is restored', () => {
  it('its copies catch up with PLATFORM, and what it lost is listed', async () => {
    const kept = await town.book();
    const moment = await now();
    const lost = await town.book();
    await rename(kari, 'Kari Nygård');
    const ola = await town.addUser('ola');
    await settled();
    await restoreTo('digilist', moment);
    // All that was acknowledged by then, and nothing of later.
    const there = await query<{ id: string }>(system.urls.digilist.superuser, 'SELECT id FROM digilist.bookings');
    expect(there.map(({ id }) => id).sort()).toEqual([...whileCopied, kept].sort());
    const report = await bringInLine('digilist', moment);
    await settled();
    expect(report.map(({ subject }) => subject)).toContain(lost);
    expect(report.map(({ subject }) => subject)).not.toContain(kept);
    const [copy] = await query(
      system.urls.digilist.superuser,
      'SELECT name FROM digilist.platform_users WHERE id = $1',
      [ola],
    );
    expect(copy).toMatchObject({ name: 'ola' });
    // That it was booked is still told; that hour is free again.
    expect(await audited('digilist.booking.create', lost)).toHaveLength(1);
    await expect(town.client.digilist.getBooking({ id: lost })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await town.book();
    await settled();
  }, 180_000);
});

rehearsal('PLATFORM alone is restored', () => {
  it('the copies go back with it, its log has every record of DIGILIST once, and orphans are listed', async () => {
    const moment = await now();
    const nils = await town.addUser('nils');
    await rename(kari, 'Kari Lund');
    await rename(kari, 'Kari Moe');
    const booking = await town.book();
    await settled();
    await restoreTo('platform', moment);
    expect(await audited('digilist.booking.create', booking)).toHaveLength(0);
    // Before anything is brought in line somebody goes on, and reaches a version that there was before.
    await eventually(() => rename(kari, 'Kari Berg'), PATIENCE);
    const report = await bringInLine('platform', moment);
    await settled();
    expect(report).toContainEqual({ table: 'platform_users', tenant_id: town.id, id: nils });
    expect(report).toContainEqual(expect.objectContaining({ type: 'platform.user.created.v1', subject: nils }));
    const [copy] = await query(
      system.urls.digilist.superuser,
      'SELECT name FROM digilist.platform_users WHERE id = $1',
      [kari],
    );
    expect(copy).toMatchObject({ name: 'Kari Berg' });
    expect(await audited('digilist.booking.create', booking)).toHaveLength(1);
    // PLATFORM's own record of what it lost came back as well: nobody can say that it never was.
    expect(await audited('platform.user.create', nils)).toHaveLength(1);
    expect(await town.client.platform.verifyAuditLogs({})).toMatchObject({ intact: true });
  }, 180_000);
});

rehearsal('both are restored, to different times', () => {
  it('and agree in the end', async () => {
    const earlier = await now();
    await town.addUser('anne');
    await town.book();
    const later = await now();
    await town.addUser('berit');
    await rename(kari, 'Kari Dahl');
    await town.book();
    await settled();
    await restoreTo('platform', earlier);
    await restoreTo('digilist', later);
    await bringInLine('digilist', later);
    await bringInLine('platform', earlier);
    await settled();
    await eventually(() => rename(kari, 'Kari Vik'), PATIENCE);
    await town.book();
    await settled();
  }, 240_000);
});

describe('bringing in line', () => {
  it.each([
    ['both at once', ['--context', 'all', '--to-time', '2026-01-01T00:00:00Z'], /first digilist, then platform/],
    ['without a moment', ['--context', 'digilist'], /--to-time says which moment/],
    ['with a moment to come', ['--context', 'digilist', '--to-time', '2120-01-01T00:00:00Z'], /is yet to come/],
  ])('%s is refused with what to do', async (_, args, message) => {
    const refused = await run('restored', args, environmentOf(system));
    expect(refused).toMatchObject({ code: 1, output: expect.stringMatching(message) });
  });

  it('dry, it says what it would do and changes nothing', async () => {
    const args = ['--context', 'platform', '--to-time', new Date(Date.now() - 60_000).toISOString(), '--dry-run'];
    const said = await succeed('restored', args, environmentOf(system));
    expect(said).toMatch(/DIGILIST_EVENTS.platform_audit: back to .*PLATFORM_STATE: emptied.*nothing was done/s);
    expect(await drift(system)).toEqual([]);
  });
});
