import { createClient } from '@digilist/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  eventually,
  launchRegion,
  query,
  type RunningRegion,
  type RunningSystem,
  SseClient,
  startNats,
  startSystem,
} from '@kit/testing';
import { foundTown, type Town, UNLIMITED } from './backup/town.js';
import { forgeIn } from './regions/forge.js';

// One gateway, one PLATFORM, two digilist-services with a database each: a tenant is in one of them and nowhere else.

const REGIONS = 'no-east,no-west';
const DEADLINE_MS = 3_000;

let system: RunningSystem;
let west: RunningRegion;
let stop: () => Promise<void>;
let eastern: Town;
let western: Town;

beforeAll(async () => {
  const nats = await startNats({ regions: ['no-west'] });
  system = await startSystem({
    nats,
    env: { TENANT_DELETION_GRACE_DAYS: '0', TENANT_PURGE_SECONDS: '1' },
    appEnv: {
      platform: { PLATFORM_REGIONS: REGIONS },
      digilist: { DIGILIST_REGION: 'no-east' },
      gateway: { ...UNLIMITED, GATEWAY_REGIONS: REGIONS, GATEWAY_DEADLINE_MS: String(DEADLINE_MS) },
    },
  });
  stop = async () => {
    await system.stop();
    await nats.stop();
  };
  west = await launchRegion(system, 'no-west');
  [eastern, western] = await Promise.all([
    foundTown(system, { region: 'no-east' }),
    foundTown(system, { region: 'no-west' }),
  ]);
}, 240_000);
afterAll(async () => {
  await west?.stop();
  await stop?.();
}, 60_000);

const east = () => ({ urls: system.urls.digilist });
const both = () => [
  { town: eastern, own: east(), other: west },
  { town: western, own: west, other: east() },
];

/** Rows of a tenant in each table of a database that has any. */
async function rowsOf(tenantId: string, { urls }: { urls: { superuser: string } }): Promise<Record<string, number>> {
  const tables = await query<{ name: string }>(
    urls.superuser,
    `SELECT table_name AS name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
     WHERE table_schema = 'digilist' AND column_name = 'tenant_id' AND table_type = 'BASE TABLE'`,
  );
  const counts = tables.map(
    ({ name }) => `SELECT '${name}' AS name, count(*)::int AS n FROM digilist.${name} WHERE tenant_id = $1`,
  );
  const rows = await query<{ name: string; n: number }>(urls.superuser, counts.join(' UNION ALL '), [tenantId]);
  return Object.fromEntries(rows.filter(({ n }) => n > 0).map(({ name, n }) => [name, n]));
}

const platformRows = <Row extends Record<string, unknown>>(text: string, values: unknown[] = []) =>
  query<Row>(system.urls.platform.superuser, text, values);

const get = (path: string, tenant: string) =>
  fetch(`${system.gatewayUrl}/api/v1${path}`, { headers: { 'x-tenant': tenant } });

const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;

describe('two tenants in two regions', () => {
  it('book through the same gateway, and each has its rows in its own region and none in the other', async () => {
    for (const { town, own, other } of both()) {
      const id = await town.book();
      expect(await town.client.digilist.getBooking({ id })).toMatchObject({ id, status: 'confirmed' });
      expect(await rowsOf(town.id, own)).toMatchObject({
        bookings: 1,
        platform_users: 2,
        platform_tenants: 1,
        listings: 1,
      });
      expect(await rowsOf(town.id, other)).toEqual({});
    }
  });

  it('are found by strangers by name, by link and by calendar address', async () => {
    for (const { town } of both()) {
      const { client, slug, listingId } = town;
      const listings = (await (await get('/listings', slug)).json()) as { data: { id: string }[] };
      expect(listings.data.map(({ id }) => id)).toEqual([listingId]);
      const bookingId = await town.book();
      const link = await client.digilist.createBookingLink({ id: bookingId });
      const anybody = createClient({ baseUrl: system.gatewayUrl });
      const shared = await anybody.digilist.readBookingLink({ token: link.token });
      expect(shared).toMatchObject({ listingName: { nb: 'Øvingsrommet' } });
      const feed = await client.digilist.createCalendarFeed({ kind: 'personal' });
      const calendar = await fetch(feed.url);
      expect([calendar.status, (await calendar.text()).includes('BEGIN:VEVENT')]).toEqual([200, true]);
    }
  });

  it('are told live of their own calendar', async () => {
    const listening = await Promise.all(
      both().map(async ({ town }) => {
        const url = `${system.gatewayUrl}/api/v1/events?types=digilist.calendar`;
        return { town, stream: await SseClient.ready(url, { 'x-tenant': town.slug }) };
      }),
    );
    try {
      for (const { town } of listening) await town.book();
      for (const { town, stream } of listening) {
        await eventually(() => expect(stream.events.map(({ data }) => data.listingId)).toEqual([town.listingId]));
      }
    } finally {
      for (const { stream } of listening) stream.close();
    }
  });

  it('have one audit log each that holds together, with what their region did, and their usage is counted', async () => {
    for (const { town } of both()) {
      const { platform } = town.client;
      await eventually(async () => {
        const { data } = await platform.listAuditLogs({ limit: 200 });
        expect(data.map(({ action }) => action)).toEqual(
          expect.arrayContaining([
            'digilist.booking.create',
            'digilist.listing.publish',
            'platform.organization.create',
          ]),
        );
      });
      expect(await platform.verifyAuditLogs({})).toMatchObject({ intact: true, firstBreak: null });
      const leases = await platformRows('SELECT granted FROM platform.usage_counters WHERE tenant_id = $1', [town.id]);
      expect(leases.length).toBeGreaterThan(0);
    }
  });

  it('have their webhooks sent, their people’s requests answered, and one is purged where it is', async () => {
    const gone = await foundTown(system, { region: 'no-west' });
    await gone.book();
    for (const { town } of both()) {
      const eventTypes = ['digilist.booking.confirmed.v1'];
      const { id } = await town.client.platform.createWebhook({ url: 'https://receiver.example/hook', eventTypes });
      await town.book();
      await eventually(async () => {
        const text = 'SELECT status FROM platform.webhook_deliveries WHERE tenant_id = $1 AND endpoint_id = $2';
        expect(await platformRows(text, [town.id, id])).toHaveLength(1);
      });
    }
    const root = createClient({ baseUrl: system.gatewayUrl });
    await root.signIn(system.superAdmin.email, system.superAdmin.password);
    await root.platform.requestTenantDeletion({ id: gone.id, reason: 'contract ended' });
    const requests = await Promise.all(
      both().map(async ({ town }) => ({
        town,
        request: await town.client.platform.createDataSubjectRequest({ kind: 'access' }),
      })),
    );
    for (const { town, request } of requests) {
      await eventually(
        async () => {
          const { status } = await town.client.platform.getDataSubjectRequest({ id: request.id });
          expect(status).toBe('completed');
        },
        { within: 90_000 },
      );
    }
    await eventually(
      async () => {
        const { status, products } = await root.platform.getPurgeManifest({ id: gone.id });
        expect(status).toBe('done');
        expect(products.digilist?.tables).toMatchObject({ bookings: 1, platform_users: 2 });
      },
      { within: 90_000 },
    );
    // The shell that says that it is gone, and for a while what was counted and heard of on the way.
    expect(['inbox', 'platform_tenants', 'tenant_purges']).toEqual(
      expect.arrayContaining(Object.keys(await rowsOf(gone.id, west))),
    );
  }, 240_000);
});

describe('a region', () => {
  it('cannot speak of a tenant of another, nor ask about it, nor answer for it', async () => {
    const { told, refused } = await forgeIn(system.nats, 'no-west', eastern.id);
    expect(refused).toEqual({ lease: 'REGION_MISMATCH', users: 'REGION_MISMATCH', homeRpc: 'nobody' });
    await eventually(async () => {
      const parked = await platformRows<{ error: string }>(
        'SELECT error FROM platform.dead_letters WHERE tenant_id = $1 AND message_id = ANY ($2::uuid[])',
        [eastern.id, told],
      );
      expect(parked.map(({ error }) => /no-west speaks of a tenant in no-east/.test(error))).toEqual([true, true]);
    });
    const { data } = await eastern.client.platform.listAuditLogs({ limit: 200 });
    expect(data.filter(({ action }) => action === 'digilist.booking.forged')).toEqual([]);
  });

  it('that the gateway does not know is answered 503, with a code that says so', async () => {
    const lost = await foundTown(system);
    await platformRows("UPDATE platform.tenants SET region = 'no-north' WHERE id = $1", [lost.id]);
    // The gateway hears of what is changed by the use cases, not of what is done behind their backs.
    await lost.client.platform.updateOwnTenant(
      { name: 'Borte' },
      { ifMatch: await lost.client.platform.getOwnTenant() },
    );
    await eventually(async () => {
      const response = await get('/listings', lost.slug);
      expect([response.status, await codeOf(response)]).toEqual([503, 'REGION_UNAVAILABLE']);
    });
  });

  it('that is gone takes its own tenants with it for as long, and nobody else', async () => {
    await west.app.kill();
    const started = Date.now();
    const answer = await get('/listings', western.slug);
    expect([answer.status, await codeOf(answer)]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(Date.now() - started).toBeLessThan(DEADLINE_MS);
    await expect(western.book()).rejects.toMatchObject({ status: 503 });
    await eastern.book();
    const ready = await fetch(`${system.gatewayUrl}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ok', checks: { nats: true, platform: true, digilist: true, 'digilist@no-west': false } },
    ]);
    await west.app.restart();
    await eventually(() => western.book(), { within: 30_000 });
  }, 120_000);

  it('is where it was while PLATFORM is away: what the gateway knew stands', async () => {
    await system.apps.platform.kill();
    for (const { town } of both()) {
      expect((await get('/listings', town.slug)).status).toBe(200);
      await town.client.digilist.listBookings({});
    }
  }, 60_000);
});
