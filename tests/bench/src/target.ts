import { createHash, randomBytes } from 'node:crypto';
import { type Client, createClient } from '@digilist/client';
import { eventually, query, type RunningSystem, startSystem } from '@kit/testing';
import { Pool } from 'undici';
import { parentOf } from './cpu.js';
import type { Roots } from './measure.js';

export const PASSWORD = 'korrekt-hest-batteri-stift';
export const TERMS = '1';
export const BOOKERS = 16;
const ZONES_PER_LISTING = 5;

export interface Person {
  id: string;
  client: Client;
}

/** A system of its own on a durable PostgreSQL, and one municipality in it, made through the use cases. */
export interface Target {
  system: RunningSystem;
  roots: Roots;
  tenantId: string;
  slug: string;
  orgId: string;
  /** One per client of the load, so that no row of a person is everybody's. */
  bookers: Person[];
  /** Somebody who never books and is told nothing: the caller of what does next to nothing. */
  bystander: Person;
  /** Who may do everything in the tenant. */
  admin: Client;
  listingId: string;
  zoneIds: string[];
  pool: Pool;
  stop(): Promise<void>;
}

// The limits of the gateway would make this a measurement of the limits.
const UNLIMITED = {
  GATEWAY_LIMIT_ADDRESS: '0',
  GATEWAY_LIMIT_USER: '0',
  GATEWAY_LIMIT_TENANT: '0',
  GATEWAY_LIMIT_CREDENTIALS: '0',
};

// Webhooks go to a receiver on this machine.
const REACHES_RECEIVER = {
  PLATFORM_ALLOW_PRIVATE_TARGETS: '127.0.0.0/8',
  PLATFORM_ALLOW_HTTP_TARGETS: 'true',
  PLATFORM_TARGET_PORTS: '*',
};

/** Extra arguments of Node for one app, e.g. to profile it: `BENCH_NODE_OPTIONS_DIGILIST="--cpu-prof --cpu-prof-dir=…"`. */
const nodeOptions = (app: string) => {
  const options = process.env[`BENCH_NODE_OPTIONS_${app.toUpperCase()}`];
  return options ? { NODE_OPTIONS: options } : {};
};

export async function startTarget(): Promise<Target> {
  const system = await startSystem({
    ownPostgres: true,
    appEnv: {
      gateway: { ...UNLIMITED, ...nodeOptions('gateway') },
      digilist: nodeOptions('digilist'),
      platform: { ...REACHES_RECEIVER, ...nodeOptions('platform') },
    },
  });
  const pool = new Pool(system.gatewayUrl, { connections: 64, pipelining: 1, keepAliveTimeout: 60_000 });
  const stop = async () => {
    await pool.destroy();
    await system.stop();
  };
  try {
    const { gateway, digilist, platform } = system.apps;
    const roots = {
      gateway: gateway.pid,
      digilist: digilist.pid,
      platform: platform.pid,
      nats: system.nats.pid,
      postgres: await postmasterOf(system),
    };
    return { system, roots, pool, stop, ...(await municipality(system)) };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The parent of all backends, and so of one that is always there. */
async function postmasterOf({ postgres }: RunningSystem): Promise<number> {
  const [row] = await query<{ pid: number }>(
    postgres.url,
    `SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'`,
  );
  return parentOf(row?.pid ?? 0);
}

/** Roles and licences travel from PLATFORM to DIGILIST: what they allow is refused for a moment. */
const passed = <T extends object>(work: () => Promise<T>): Promise<T> =>
  eventually(work, { within: 20_000, every: 50 }) as Promise<T>;

async function signIn(gatewayUrl: string, tenant: string | null, email: string, password: string): Promise<Client> {
  const client = createClient({ baseUrl: gatewayUrl, ...(tenant !== null && { tenant }) });
  await client.signIn(email, password);
  return client;
}

async function municipality({ gatewayUrl, superAdmin }: RunningSystem) {
  const root = await signIn(gatewayUrl, null, superAdmin.email, superAdmin.password);
  const slug = `b${randomBytes(4).toString('hex')}`;
  const email = (name: string) => `${name}@${slug}.example`;
  const tenant = await passed(() =>
    root.platform.createTenant({
      slug,
      name: 'Målestad',
      administrator: { email: email('admin'), name: 'Astrid', password: PASSWORD },
      subscription: { product: 'digilist', planKey: 'professional' },
    }),
  );
  const admin = await signIn(gatewayUrl, slug, email('admin'), PASSWORD);
  // Roles of the product come when it has registered.
  const roles = await passed(async () => {
    const { data } = await admin.platform.listRoles({ limit: 200 });
    if (!data.some(({ key }) => key === 'end_user')) throw new Error(`roles: ${data.map(({ key }) => key)}`);
    return data;
  });
  const roleId = (key: string) => roles.find((role) => role.key === key)?.id ?? '';
  const person = async (name: string, role: string, scope: 'tenant' | 'user'): Promise<Person> => {
    const { id } = await admin.platform.createUser({ email: email(name), name, password: PASSWORD });
    await admin.platform.grantRole({ id, roleId: roleId(role), scope });
    return { id, client: await signIn(gatewayUrl, slug, email(name), PASSWORD) };
  };
  const { id: orgId } = await admin.platform.createOrganization({ name: 'Idrett', kind: 'unit' });
  const bookers: Person[] = [];
  for (let n = 0; n < BOOKERS; n++) bookers.push(await person(`booker-${n}`, 'end_user', 'user'));
  const bystander = await person('bystander', 'end_user', 'user');
  const listing = await hall((await person('manager', 'listing_manager', 'tenant')).client, orgId);
  for (const { client } of [...bookers, bystander]) await passed(() => client.digilist.listBookings({}));
  return { tenantId: tenant.id, slug, orgId, bookers, bystander, admin, ...listing };
}

async function hall({ digilist }: Client, orgId: string): Promise<{ listingId: string; zoneIds: string[] }> {
  const { id } = await passed(() =>
    digilist.createListing({
      orgId,
      type: 'SPACE',
      bookingModel: 'TIME_RANGE',
      paymentPolicy: 'INVOICE',
      name: { nb: 'Målehallen', nn: 'Målehallen', en: 'The measured hall' },
      address: { street: 'Strandgata 1', postalCode: '5003', city: 'Målestad' },
      municipalityCode: '4601',
      capacity: 90,
      terms: { version: TERMS, text: { nb: 'Rydd etter deg.' } },
    }),
  );
  const zoneIds: string[] = [];
  for (let n = 1; n <= ZONES_PER_LISTING; n++) {
    zoneIds.push((await digilist.createZone({ id, name: { nb: `Bane ${n}` }, capacity: 30 })).id);
  }
  const rules = await digilist.getBookingRules({ id });
  await digilist.putBookingRules(
    { id, stepMinutes: 30, minDurationMinutes: 30, maxDurationMinutes: 480, leadMinutes: 0, horizonDays: 1100 },
    { ifMatch: rules },
  );
  const hours = await digilist.getAvailabilityRules({ id });
  await digilist.putAvailabilityRules(
    { id, rules: [{ kind: 'weekly', opens: '00:00', closes: '24:00' }] },
    { ifMatch: hours },
  );
  const prices = await digilist.getPricingRules({ id });
  await digilist.putPricingRules(
    {
      id,
      rules: [
        { name: { nb: 'Timepris' }, unit: 'hour', amount: { amount: 10_000, currency: 'NOK' } },
        {
          name: { nb: 'Kveld' },
          unit: 'hour',
          amount: { amount: 20_000, currency: 'NOK' },
          fromTime: '17:00',
          toTime: '23:00',
        },
      ],
    },
    { ifMatch: prices },
  );
  await digilist.publishListing({ id });
  return { listingId: id, zoneIds };
}

/** Tokens live for five minutes: each round begins with fresh ones. */
export async function freshTokens({ bookers, bystander }: Target): Promise<{ bookers: string[]; bystander: string }> {
  const tokenOf = async ({ client }: Person): Promise<string> => {
    const refreshed = await client.platform.refresh({ refreshToken: client.tokens?.refreshToken ?? '' });
    client.useTokens(refreshed);
    return refreshed.accessToken;
  };
  const tokens: string[] = [];
  for (const booker of bookers) tokens.push(await tokenOf(booker));
  return { bookers: tokens, bystander: await tokenOf(bystander) };
}

/** The id of the n-th copy of a row, as the copying SQL makes it. */
export function copyId(id: string, copy: number): string {
  const hash = createHash('md5').update(`${id} ${copy}`).digest('hex');
  return hash.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-7$3-8$4-$5');
}
