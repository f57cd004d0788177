import { type Client, createClient } from '@digilist/client';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, query } from '@kit/testing';
import { outcome } from './support/http.js';
import {
  bookingOf,
  caughtUp,
  type Municipality,
  municipality,
  PASSWORD,
  signIn,
  superAdministrator,
} from './support/municipality.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
const SOON = { within: 5_000, every: 50 };

let root: Client;
let town: Municipality;
let bookingId: string;
beforeAll(async () => {
  root = await superAdministrator(system);
  town = await municipality(system);
  const booking = bookingOf(town.hall, 3, 12, { purpose: 'Det siste møtet' });
  ({ id: bookingId } = await town.resident.client.digilist.createBooking(booking));
}, 60_000);

const turn = (operation: 'suspendTenant' | 'resumeTenant' | 'requestTenantDeletion'): Promise<string> =>
  outcome(root.platform[operation]({ id: town.id, reason: 'Sak 2026/12' }));

const enter = (): Promise<Client> => signIn(system.gatewayUrl, town.slug, town.resident.email, PASSWORD);

/** Of all tables that hold rows of tenants, those that still have some of this one. */
async function tablesWithRows(context: 'platform' | 'digilist'): Promise<string[]> {
  const url = system.urls[context].superuser;
  const tables = await query<{ name: string }>(
    url,
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`,
    [context],
  );
  const counts = tables.map(
    ({ name }) => `SELECT '${name}' AS name FROM ${context}.${name} WHERE tenant_id = $1 HAVING count(*) > 0`,
  );
  return (await query<{ name: string }>(url, counts.join(' UNION ALL '), [town.id])).map(({ name }) => name);
}

describe('a municipality', () => {
  it('that is suspended is refused in both services within five seconds, and nobody signs in', async () => {
    const { client, email } = town.resident;
    expect(await turn('suspendTenant')).toBe('ok');
    await eventually(async () => {
      expect(await outcome(client.digilist.listBookings({}))).toBe('TENANT_SUSPENDED');
      expect(await outcome(client.platform.getMe())).toBe('TENANT_SUSPENDED');
    }, SOON);
    await eventually(async () => expect(await outcome(enter())).toBe('TENANT_SUSPENDED'), SOON);
    const anybody = createClient({ baseUrl: system.gatewayUrl, tenant: town.slug });
    expect(await outcome(anybody.platform.forgotPassword({ email }))).toBe('TENANT_SUSPENDED');
    expect(await turn('suspendTenant')).toBe('TENANT_STATUS_INVALID');
  });

  it('that is opened again goes on where it was', async () => {
    expect(await turn('resumeTenant')).toBe('ok');
    const { client } = town.resident;
    await eventually(async () => {
      expect((await client.digilist.getBooking({ id: bookingId })).purpose).toBe('Det siste møtet');
    }, SOON);
  });

  it('that is to go leaves nothing in either database but a signed list of what went', async () => {
    expect(await turn('requestTenantDeletion')).toBe('ok');
    const { client } = town.resident;
    await eventually(async () => expect(await outcome(client.digilist.listBookings({}))).not.toBe('ok'), SOON);
    const manifest = await eventually(
      async () => {
        const purge = await root.platform.getPurgeManifest({ id: town.id });
        expect(purge.status).toBe('done');
        return purge;
      },
      { within: 60_000, every: 250 },
    );
    expect(manifest).toMatchObject({ slug: town.slug, signature: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) });
    expect(manifest.tables).toMatchObject({ users: expect.any(Number), organizations: expect.any(Number) });
    const { tables } = manifest.products.digilist as { tables: Record<string, number> };
    expect(tables).toMatchObject({ bookings: 1, listings: 1, zones: 6 });
    const signed = JSON.parse(Buffer.from(manifest.signature?.split('.')[1] ?? '', 'base64url').toString());
    expect(signed).toMatchObject({ tenantId: town.id, products: manifest.products });

    // The shell that says that it is gone, and for a while what was counted and heard of on the way.
    expect(['inbox', 'platform_tenants', 'tenant_purges']).toEqual(
      expect.arrayContaining(await tablesWithRows('digilist')),
    );
    // The shell, and its service user without a name: old records name both.
    expect(await tablesWithRows('platform')).toEqual(['tenants', 'users']);
    expect(await outcome(client.platform.getMe())).not.toBe('ok');
    await eventually(async () => expect(await outcome(enter())).toBe('TENANT_UNKNOWN'), SOON);
    // The name may be used by somebody else.
    const again = await caughtUp(() =>
      root.platform.createTenant({
        slug: town.slug,
        name: 'En ny begynnelse',
        administrator: { email: 'ny@kommune.example', name: 'Ny Leder', password: PASSWORD },
      }),
    );
    expect(again.id).not.toBe(town.id);
  }, 90_000);
});
