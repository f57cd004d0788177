import { randomBytes } from 'node:crypto';
import { ApiProblem, type Client, createClient } from '@digilist/client';
import type { CreateBooking, PaymentPolicy } from '@digilist/contracts';
import { money } from '@kit/contracts';
import { eventually } from '@kit/testing';
import type { System } from './system.js';

export const PASSWORD = 'korrekt-hest-batteri-stift';
export const TERMS = '1';

export interface Person {
  id: string;
  email: string;
  password: string;
  client: Client;
}

/** A hall in three thirds, with a half and the whole made of them. */
export interface Hall {
  id: string;
  orgId: string;
  thirds: [string, string, string];
  half: string;
  whole: string;
}

export interface Municipality {
  id: string;
  slug: string;
  admin: Person;
  /** Owns the hall. */
  orgId: string;
  resident: Person;
  handler: Person;
  manager: Person;
  hall: Hall;
  /** Adds a user with grants, signed in. */
  person(name: string, grants?: readonly { role: string; orgId?: string }[]): Promise<Person>;
  grant(userId: string, role: string, orgId?: string): Promise<string>;
  organization(name: string, parentId?: string): Promise<string>;
}

export interface Wanted {
  plan?: string;
  /** Bookings of private persons wait for a decision. */
  needsApproval?: boolean;
}

let root: Promise<Client> | undefined;
/** Super administrator of the system, signed in once per spec file. */
export function superAdministrator({ gatewayUrl, superAdmin }: System): Promise<Client> {
  root ??= signIn(gatewayUrl, null, superAdmin.email, superAdmin.password);
  return root;
}

export async function signIn(gateway: string, tenant: string | null, email: string, password: string): Promise<Client> {
  const client = createClient({ baseUrl: gateway, language: 'en', ...(tenant !== null && { tenant }) });
  await client.signIn(email, password);
  return client;
}

/** Refusals that pass as soon as DIGILIST has heard of what PLATFORM decided. */
const NOT_YET = [
  'FORBIDDEN',
  'NOT_FOUND',
  'MODULE_NOT_ENTITLED',
  'SUBSCRIPTION_EXPIRED',
  'ORGANIZATION_UNKNOWN',
  'ORG_NOT_MEMBER',
  'PLAN_UNKNOWN',
  'LISTING_INVALID_TYPE',
  'TENANT_UNKNOWN',
];

/** Repeats until DIGILIST has caught up; any other refusal is thrown at once. */
export function caughtUp<T>(work: () => Promise<T>): Promise<T> {
  let other: unknown;
  return eventually(
    async () => {
      if (other) return undefined as never;
      try {
        return { value: await work() };
      } catch (error) {
        if (error instanceof ApiProblem && NOT_YET.includes(error.code)) throw error;
        other = error;
        return undefined as never;
      }
    },
    { within: 15_000, every: 50 },
  ).then((done) => {
    if (other) throw other;
    return (done as { value: T }).value;
  });
}

/** A tenant of its own, provisioned through the use cases: nothing of another spec can be seen or disturbed. */
export async function municipality(
  system: System,
  { plan = 'enterprise', needsApproval = false }: Wanted = {},
): Promise<Municipality> {
  const gateway = system.gatewayUrl;
  const slug = `t${randomBytes(5).toString('hex')}`;
  const root = await superAdministrator(system);
  const adminEmail = `admin@${slug}.example`;
  const tenant = await caughtUp(() =>
    root.platform.createTenant({
      slug,
      name: `Kommune ${slug}`,
      administrator: { email: adminEmail, name: 'Astrid Admin', password: PASSWORD },
      subscription: { product: 'digilist', planKey: plan },
    }),
  );
  const client = await signIn(gateway, slug, adminEmail, PASSWORD);
  const admin = { id: tenant.administratorId, email: adminEmail, password: PASSWORD, client };
  const { data: roles } = await client.platform.listRoles({ limit: 200 });
  const roleId = (key: string): string => {
    const role = roles.find((one) => one.key === key);
    if (!role) throw new Error(`no role ${key} among ${roles.map((one) => one.key).join(', ')}`);
    return role.id;
  };
  const grant = async (userId: string, key: string, orgId?: string): Promise<string> => {
    const widest = roles.find((one) => one.key === key)?.scope ?? 'tenant';
    const scope = orgId === undefined ? widest : 'org';
    const made = await client.platform.grantRole({
      id: userId,
      roleId: roleId(key),
      scope,
      ...(orgId !== undefined && { orgId }),
    });
    return made.id;
  };
  const person: Municipality['person'] = async (name, grants = []) => {
    const email = `${name}-${randomBytes(3).toString('hex')}@${slug}.example`;
    const { id } = await client.platform.createUser({ email, name, password: PASSWORD });
    for (const { role, orgId } of grants) await grant(id, role, orgId);
    return { id, email, password: PASSWORD, client: await signIn(gateway, slug, email, PASSWORD) };
  };
  const organization: Municipality['organization'] = async (name, parentId) =>
    (await client.platform.createOrganization({ name, kind: 'unit', ...(parentId !== undefined && { parentId }) })).id;
  const [orgId, resident, handler, manager] = await Promise.all([
    organization('Idrett'),
    person('resident', [{ role: 'end_user' }]),
    person('handler', [{ role: 'case_handler' }]),
    person('manager', [{ role: 'listing_manager' }]),
  ]);
  const hall = await buildHall(manager.client, orgId, 'Hallen');
  if (needsApproval) {
    await caughtUp(() =>
      client.digilist.createApprovalWorkflow({
        orgId,
        name: { nb: 'Alt avgjøres' },
        steps: [{ key: 'always', when: { kind: 'always' }, level: 'manager', workingDays: 2 }],
      }),
    );
  }
  // The resident's own grant has arrived as well: from here on a 403 means what it says.
  await caughtUp(() => resident.client.digilist.listBookings({}));
  if (plan !== 'free' && plan !== 'basic') await caughtUp(() => handler.client.digilist.listApprovals({}));
  return { id: tenant.id, slug, admin, orgId, resident, handler, manager, hall, person, grant, organization };
}

export async function buildHall(
  manager: Client,
  orgId: string,
  name: string,
  paymentPolicy: PaymentPolicy = 'INVOICE',
): Promise<Hall> {
  const { digilist } = manager;
  const { id } = await caughtUp(() =>
    digilist.createListing({
      orgId,
      type: 'SPACE',
      bookingModel: 'TIME_RANGE',
      paymentPolicy,
      name: { nb: name },
      capacity: 90,
      terms: { version: TERMS, text: { nb: 'Rydd etter deg.' } },
    }),
  );
  const third = async (number: number) =>
    (await digilist.createZone({ id, name: { nb: `Bane ${number}` }, capacity: 30 })).id;
  const thirds: [string, string, string] = [await third(1), await third(2), await third(3)];
  const half = await digilist.createZone({ id, name: { nb: 'Halv' }, partIds: thirds.slice(0, 2), capacity: 60 });
  const whole = await digilist.createZone({ id, name: { nb: 'Hel' }, partIds: [half.id, thirds[2]], capacity: 90 });
  const hours = await digilist.getAvailabilityRules({ id });
  await digilist.putAvailabilityRules(
    { id, rules: [{ kind: 'weekly', opens: '00:00', closes: '24:00' }] },
    { ifMatch: hours },
  );
  const prices = await digilist.getPricingRules({ id });
  await digilist.putPricingRules(
    { id, rules: [{ name: { nb: 'Timepris' }, unit: 'hour', amount: money(10_000) }] },
    { ifMatch: prices },
  );
  await digilist.publishListing({ id });
  return { id, orgId, thirds, half: half.id, whole: whole.id };
}

/** A wall-clock hour some days ahead, always the same offset from midnight UTC: `at(3, 18)`. */
export function at(days: number, hour: number, minute = 0): string {
  const day = new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  return new Date(Date.parse(`${day}T00:00:00Z`) + (hour * 60 + minute) * 60_000).toISOString();
}

/** A valid booking of one hour in the afternoon, so that no default condition asks for a decision. */
export function bookingOf(hall: Hall, days: number, hour: number, more: Partial<CreateBooking> = {}): CreateBooking {
  return {
    listingId: hall.id,
    zoneId: hall.thirds[0],
    startsAt: at(days, hour),
    endsAt: at(days, hour + 1),
    termsVersion: TERMS,
    ...more,
  };
}
