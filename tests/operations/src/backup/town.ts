import { randomBytes } from 'node:crypto';
import { ApiProblem, type Client, createClient } from '@digilist/client';
import { money } from '@kit/contracts';
import { eventually, type RunningSystem } from '@kit/testing';
import type { Target } from '@tests/chaos';

const PASSWORD = 'korrekt-hest-batteri-stift';
const DAY_MS = 86_400_000;

/** The limits of the gateway are not what is tested. */
export const UNLIMITED = {
  GATEWAY_LIMIT_ADDRESS: '0',
  GATEWAY_LIMIT_USER: '0',
  GATEWAY_LIMIT_TENANT: '0',
  GATEWAY_LIMIT_CREDENTIALS: '0',
};

/** Refusals that pass as soon as DIGILIST has heard of what PLATFORM decided. */
const NOT_YET = [
  'FORBIDDEN',
  'NOT_FOUND',
  'MODULE_NOT_ENTITLED',
  'SUBSCRIPTION_EXPIRED',
  'ORGANIZATION_UNKNOWN',
  'PLAN_UNKNOWN',
  'LISTING_INVALID_TYPE',
  'TENANT_UNKNOWN',
  // A service that has just started, on a machine that does much else.
  'SERVICE_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
];

export interface Town {
  readonly id: string;
  readonly slug: string;
  readonly orgId: string;
  readonly listingId: string;
  readonly client: Client;
  /** What people of this town ask for who keep asking, at other times than `book` takes. */
  readonly target: Target;
  /** Books the next free hour of the room. Answers the booking's id. */
  book(): Promise<string>;
  /** The administrator begins one more session. */
  signInAgain(): Promise<Client>;
  /** Adds a user. Answers the id. */
  addUser(name: string): Promise<string>;
}

/** A tenant with an administrator and a room, made through the use cases. */
export async function foundTown(
  system: Pick<RunningSystem, 'gatewayUrl' | 'superAdmin'>,
  { region }: { region?: string } = {},
): Promise<Town> {
  const slug = `t${randomBytes(5).toString('hex')}`;
  const root = await signIn(system.gatewayUrl, null, system.superAdmin.email, system.superAdmin.password);
  const email = `admin@${slug}.example`;
  const tenant = await caughtUp(() =>
    root.platform.createTenant({
      slug,
      name: `Kommune ${slug}`,
      ...(region && { region }),
      administrator: { email, name: 'Astrid Admin', password: PASSWORD },
      subscription: { product: 'digilist', planKey: 'enterprise' },
    }),
  );
  const client = await signIn(system.gatewayUrl, slug, email, PASSWORD);
  const { id: orgId } = await client.platform.createOrganization({ name: 'Kultur', kind: 'unit' });
  const { id: listingId } = await caughtUp(() =>
    client.digilist.createListing({
      orgId,
      type: 'SPACE',
      bookingModel: 'TIME_RANGE',
      paymentPolicy: 'INVOICE',
      name: { nb: 'Øvingsrommet' },
      capacity: 20,
      terms: { version: '1', text: { nb: 'Rydd etter deg.' } },
    }),
  );
  const { id: zoneId } = await client.digilist.createZone({ id: listingId, name: { nb: 'Rommet' }, capacity: 20 });
  const hours = await client.digilist.getAvailabilityRules({ id: listingId });
  const always = [{ kind: 'weekly' as const, opens: '00:00', closes: '24:00' }];
  await client.digilist.putAvailabilityRules({ id: listingId, rules: always }, { ifMatch: hours });
  const prices = await client.digilist.getPricingRules({ id: listingId });
  const hourly = [{ name: { nb: 'Timepris' }, unit: 'hour' as const, amount: money(10_000) }];
  await client.digilist.putPricingRules({ id: listingId, rules: hourly }, { ifMatch: prices });
  await client.digilist.publishListing({ id: listingId });
  const midnight = new Date(Date.now() + 3 * DAY_MS).setUTCHours(0, 0, 0, 0);
  let booked = 0;
  const book = async (): Promise<string> => {
    const nth = booked++;
    const startsAt = midnight + Math.floor(nth / 12) * DAY_MS + (7 + (nth % 12)) * 3_600_000;
    const times = { startsAt: new Date(startsAt).toISOString(), endsAt: new Date(startsAt + 3_600_000).toISOString() };
    return (await client.digilist.createBooking({ listingId, zoneId, ...times, termsVersion: '1' })).id;
  };
  const addUser = async (name: string): Promise<string> =>
    (await client.platform.createUser({ email: `${name}@${slug}.example`, name, password: PASSWORD })).id;
  const target = {
    gatewayUrl: system.gatewayUrl,
    tenant: slug,
    email,
    password: PASSWORD,
    listingId,
    zoneIds: [zoneId],
    termsVersion: '1',
    firstDay: new Date(midnight + 30 * DAY_MS),
    days: 300,
  };
  const signInAgain = () => signIn(system.gatewayUrl, slug, email, PASSWORD);
  return { id: tenant.id, slug, orgId, listingId, client, target, signInAgain, book, addUser };
}

async function signIn(baseUrl: string, tenant: string | null, email: string, password: string): Promise<Client> {
  const client = createClient({ baseUrl, language: 'en', ...(tenant !== null && { tenant }) });
  await caughtUp(() => client.signIn(email, password));
  return client;
}

/** Repeats until DIGILIST has caught up; any other refusal is thrown at once. */
async function caughtUp<T>(work: () => Promise<T>): Promise<T> {
  const done = await eventually(
    () =>
      work().then(
        (value) => ({ value }),
        (error: unknown) => {
          if (error instanceof ApiProblem && NOT_YET.includes(error.code)) throw error;
          return { error };
        },
      ),
    { within: 15_000, every: 50 },
  );
  if ('error' in done) throw done.error;
  return done.value;
}
