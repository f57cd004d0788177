import { type Client, createClient } from '@digilist/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  eventually,
  query,
  type RunningSystem,
  readMail,
  seekDurable,
  startSystem,
  stopPostgres,
  type TestDatabase,
} from '@kit/testing';
import { migrate, type Options } from './engine/migrate.js';
import { idOf } from './ids.js';
import { bookingId } from './loads/bookings.js';
import { openLegacy, silence } from './testing/targets.js';

const PASSWORD = 'nytt-og-langt-passord-7';
const SLUG = 'legacy-1';
const LATER = { within: 30_000 };

let legacy: TestDatabase;
let system: RunningSystem;
let options: Options;
let admin: Client;

beforeAll(async () => {
  system = await startSystem({ within: 180_000 });
  legacy = await openLegacy({ rows: 2_000, seed: 5, dirt: 0.01 });
  const { platform, digilist } = system.urls;
  options = {
    from: legacy.urls.superuser,
    platform,
    digilist,
    dryRun: false,
    resume: false,
    ignore: [],
    chunkRows: 5_000,
    out: silence(),
  };
  await eventually(async () => {
    const plans = await query(platform.superuser, 'SELECT FROM platform.plans');
    expect(plans).not.toEqual([]);
  }, LATER);
  // Into the databases of services that are running.
  const { checks } = await migrate(options);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
}, 400_000);
afterAll(async () => {
  await system?.stop();
  await legacy?.drop();
  await stopPostgres();
});

const digilist = <Found extends Record<string, unknown>>(sql: string, values: unknown[] = []) =>
  query<Found>(system.urls.digilist.superuser, sql, values);

describe('the system, after a migration', () => {
  it('lets people in who ask for a new password: their old ones are worth nothing', async () => {
    const email = 'bruker1@innbygger.example';
    admin = createClient({ baseUrl: system.gatewayUrl, tenant: SLUG, language: 'en' });
    await expect(admin.signIn(email, 'gammel')).rejects.toMatchObject({ code: 'AUTH_INVALID_CREDENTIALS' });
    await admin.platform.forgotPassword({ email });
    const token = await eventually(async () => {
      const mails = await readMail(system.mail, { to: email });
      const found = mails.map(({ text }) => /#token=(\S+)/.exec(text)?.[1]).find((each) => each !== undefined);
      if (found === undefined) throw new Error(`no link in ${JSON.stringify(mails)}`);
      return decodeURIComponent(found);
    }, LATER);
    await admin.platform.resetPassword({ token, password: PASSWORD });
    await admin.signIn(email, PASSWORD);
  }, 120_000);

  it('shows the bookings that were taken over to whoever may see them, once the licence is worked out', async () => {
    const [found] = await digilist<{ count: string }>('SELECT count(*) FROM digilist.bookings WHERE tenant_id = $1', [
      idOf('tenant', 1),
    ]);
    // PLATFORM works it out within a minute, and whenever somebody asks.
    await admin.platform.listEntitlements({});
    await eventually(async () => {
      const { data } = await admin.digilist.listBookings({ limit: 100 });
      expect(data.length).toBe(Math.min(100, Number(found?.count)));
    }, LATER);
    expect(Number(found?.count)).toBeGreaterThan(50);
  }, 120_000);

  it('holds the time of what is to come: nobody else can have it', async () => {
    const [taken] = await digilist<{ listing_id: string; zone_id: string; starts_at: Date; ends_at: Date }>(
      `SELECT listing_id, zone_id, starts_at, ends_at FROM digilist.bookings b JOIN digilist.listings l ON l.tenant_id = b.tenant_id AND l.id = b.listing_id
       WHERE b.tenant_id = $1 AND b.status = 'confirmed' AND b.starts_at > now() + interval '1 day' AND l.status = 'published' AND l.booking_model = 'TIME_RANGE' ORDER BY b.starts_at, b.id LIMIT 1`,
      [idOf('tenant', 1)],
    );
    expect(taken).toBeDefined();
    const { listing_id: listingId, zone_id: zoneId } = taken as NonNullable<typeof taken>;
    const time = { startsAt: taken?.starts_at.toISOString() ?? '', endsAt: taken?.ends_at.toISOString() ?? '' };
    await expect(admin.digilist.createBooking({ listingId, zoneId, ...time })).rejects.toMatchObject({
      code: 'SLOT_CONFLICT',
    });
    const free = await admin.digilist.searchAvailability({ from: time.startsAt, to: time.endsAt });
    expect(free.data.map((zone) => zone.zoneId)).not.toContain(zoneId);
  });

  it('finds the listings by their words', async () => {
    const { data } = await admin.digilist.listListings({ q: 'grendehus' });
    expect(data.map(({ name }) => name.nb)).toEqual([expect.stringMatching(/^Grendehus/)]);
  });

  it('has told the same states that its copies were made of, so they can be made again from the stream', async () => {
    await eventually(async () => {
      const [waiting] = await query<{ count: string }>(
        system.urls.platform.superuser,
        'SELECT count(*) FROM platform.outbox WHERE published_at IS NULL',
      );
      expect(Number(waiting?.count)).toBe(0);
    }, LATER);
    const [before] = await digilist<{ sum: string }>(
      "SELECT sum(hashtextextended((to_jsonb(u) - 'projected_at')::text, 0)::numeric) AS sum FROM digilist.platform_users u",
    );
    await digilist("UPDATE digilist.platform_users SET version = 0, name = 'glemt'");
    await digilist("DELETE FROM digilist.inbox WHERE consumer = 'digilist_projections'");
    await seekDurable(system.nats.url, system.nats.credentials, 'PLATFORM_STATE', 'digilist_projections', 'all');
    await eventually(async () => {
      const [after] = await digilist<{ sum: string }>(
        "SELECT sum(hashtextextended((to_jsonb(u) - 'projected_at')::text, 0)::numeric) AS sum FROM digilist.platform_users u",
      );
      expect(after).toEqual(before);
    }, LATER);
  }, 120_000);

  it('has the migration in its audit log, and the chain holds', async () => {
    await eventually(async () => {
      const { data } = await admin.platform.listAuditLogs({ action: 'platform.tenant.import' });
      expect(data).toEqual([expect.objectContaining({ action: 'platform.tenant.import', reason: 'legacy migration' })]);
    }, LATER);
    expect(await admin.platform.verifyAuditLogs({})).toMatchObject({ intact: true });
  }, 120_000);

  it('is left as people have changed it when the migration runs once more', async () => {
    const [row] = await query<{ id: string; made: string }>(
      legacy.urls.superuser,
      "SELECT b.id, to_char(b.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || '+00' AS made FROM bookings b WHERE b.status = 'confirmed' AND b.starts_at > now() + interval '2 days' AND b.created_at IS NOT NULL ORDER BY b.id LIMIT 1",
    );
    const id = bookingId(row?.id ?? '', row?.made ?? null);
    await digilist("UPDATE digilist.bookings SET purpose = 'Endret her', version = version + 1 WHERE id = $1", [id]);
    const { loads } = await migrate(options);
    expect(loads.reduce((sum, { written }) => sum + written, 0)).toBe(0);
    expect(await digilist('SELECT purpose, version FROM digilist.bookings WHERE id = $1', [id])).toEqual([
      { purpose: 'Endret her', version: 2 },
    ]);
  }, 120_000);
});
