import { randomBytes } from 'node:crypto';
import { ApiProblem, type Client, createClient } from '@digilist/client';
import type { CreateBooking } from '@digilist/contracts';
import { money } from '@kit/contracts';
import { eventually, type RunningSystem } from '@kit/testing';

const PASSWORD = 'korrekt-hest-batteri-stift';
const TERMS = '1';
/** Refusals that pass as soon as DIGILIST has heard of what PLATFORM decided, or a system that has just started is warm. */
const NOT_YET = [
  'DEADLINE_EXCEEDED',
  'SERVICE_UNAVAILABLE',
  'FORBIDDEN',
  'NOT_FOUND',
  'MODULE_NOT_ENTITLED',
  'ORGANIZATION_UNKNOWN',
  'PLAN_UNKNOWN',
];

export interface Town {
  readonly slug: string;
  readonly admin: { readonly id: string; readonly email: string; readonly name: string; readonly client: Client };
  /** A booking of an hour that nobody else has. */
  booking(): CreateBooking;
}

/** A municipality with an administrator, and a room that is open around the clock. */
export async function startTown(system: RunningSystem): Promise<Town> {
  const slug = `t${randomBytes(5).toString('hex')}`;
  const { email: superEmail, password } = system.superAdmin;
  const root = createClient({ baseUrl: system.gatewayUrl });
  await caughtUp(() => root.signIn(superEmail, password));
  const email = `astrid.admin@${slug}.example`;
  const name = `Astrid ${slug}`;
  const { administratorId } = await caughtUp(() =>
    root.platform.createTenant({
      slug,
      name: 'Kommunen',
      administrator: { email, name, password: PASSWORD },
      subscription: { product: 'digilist', planKey: 'enterprise' },
    }),
  );
  const client = createClient({ baseUrl: system.gatewayUrl, tenant: slug });
  await caughtUp(() => client.signIn(email, PASSWORD));
  const org = await client.platform.createOrganization({ name: 'Kultur', kind: 'unit' });
  const room = await caughtUp(() => roomOf(client, org.id));
  let hours = 24;
  const booking = (): CreateBooking => {
    const startsAt = new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000 + hours++ * 3_600_000);
    const endsAt = new Date(startsAt.getTime() + 3_600_000);
    return { ...room, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString(), termsVersion: TERMS };
  };
  return { slug, admin: { id: administratorId, email, name, client }, booking };
}

async function roomOf({ digilist }: Client, orgId: string): Promise<{ listingId: string; zoneId: string }> {
  const { id } = await digilist.createListing({
    orgId,
    type: 'SPACE',
    bookingModel: 'TIME_RANGE',
    paymentPolicy: 'INVOICE',
    name: { nb: 'Salen' },
    capacity: 30,
    terms: { version: TERMS, text: { nb: 'Rydd etter deg.' } },
  });
  const zone = await digilist.createZone({ id, name: { nb: 'Scenen' }, capacity: 30 });
  const hours = await digilist.getAvailabilityRules({ id });
  const rules = [{ kind: 'weekly' as const, opens: '00:00', closes: '24:00' }];
  await digilist.putAvailabilityRules({ id, rules }, { ifMatch: hours });
  const prices = await digilist.getPricingRules({ id });
  const price = { name: { nb: 'Timepris' }, unit: 'hour' as const, amount: money(10_000) };
  await digilist.putPricingRules({ id, rules: [price] }, { ifMatch: prices });
  await digilist.publishListing({ id });
  return { listingId: id, zoneId: zone.id };
}

/** Repeats while DIGILIST has not heard yet; any other refusal is thrown at once. */
async function caughtUp<T>(work: () => Promise<T>): Promise<T> {
  const outcome = await eventually(
    () =>
      work().then(
        (value) => ({ value }),
        (error: unknown) => {
          if (error instanceof ApiProblem && NOT_YET.includes(error.code)) throw error;
          return { error };
        },
      ),
    { within: 30_000, every: 50 },
  );
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}
