import { type Client, createClient } from '@digilist/client';
import { type BookingFact, bookingEvents } from '@digilist/contracts';
import { type DemoRole, demoAccounts } from '@examples/demo/accounts';
import { expect } from '@jest/globals';
import type { EventEnvelope } from '@kit/contracts';
import { connectAs, subscribe } from '@kit/subscriber';
import { eventually, type RunningSystem, SseClient } from '@kit/testing';

const [town] = demoAccounts;
const MINUTES = 120;
const HALF_HOUR = 1_800_000;

export interface Told {
  bookingId: string;
  facts: EventEnvelope<BookingFact>[];
}

/** What happens to bookings, as a service outside the system hears it. */
export async function listening(system: RunningSystem): Promise<{ facts: Told['facts']; close(): Promise<void> }> {
  const connection = await connectAs({ servers: system.nats.url, ...system.nats.credentials.subscriber });
  const facts: Told['facts'] = [];
  const handle = (event: EventEnvelope<BookingFact>) => void facts.push(event);
  const subscription = await subscribe(connection, { events: bookingEvents, handle });
  return {
    facts,
    close: async () => {
      await subscription.close();
      await connection.close();
    },
  };
}

export async function enter(gatewayUrl: string, role: DemoRole): Promise<Client> {
  const user = town?.users.find(({ roles }) => roles.includes(role));
  if (!town || !user) throw new Error(`the demo has no ${role}`);
  const client = createClient({ baseUrl: gatewayUrl, tenant: town.slug });
  await client.signIn(user.email, user.password);
  return client;
}

/** An evening so many weeks ahead, when the halls are open. */
function evening(weeks: number): { from: string; to: string } {
  const day = new Date(Date.now() + weeks * 7 * 86_400_000).toISOString().slice(0, 10);
  return { from: `${day}T16:00:00Z`, to: `${day}T20:00:00Z` };
}

/** Books part of a hall in that week and leaves it waiting for a decision. */
export async function book({ digilist }: Client, weeks: number) {
  const when = evening(weeks);
  const { data: found } = await digilist.searchAvailability({
    ...when,
    type: 'SPACE',
    minDuration: MINUTES,
    limit: 200,
  });
  const zone = found.find(({ listingName }) => /idrettshall/i.test(listingName.nb));
  const slot = zone?.free[0];
  if (!zone || !slot)
    throw new Error(`no hall is free among ${found.map(({ listingName }) => listingName.nb).join(', ')}`);
  const { listingId, zoneId } = zone;
  const calendar = await digilist.getListingAvailability({ id: listingId, zoneId, ...when });
  expect(calendar.zones.map((one) => one.zoneId)).toEqual([zoneId]);
  expect(calendar.zones[0]?.free.length).toBeGreaterThan(0);
  const { terms } = await digilist.getListing({ id: listingId });
  const startsAt = new Date(Math.ceil(Date.parse(slot.startsAt) / HALF_HOUR) * HALF_HOUR).toISOString();
  const endsAt = new Date(Date.parse(startsAt) + MINUTES * 60_000).toISOString();
  const booked = await digilist.createBooking({
    ...{ listingId, zoneId, startsAt, endsAt, purpose: 'Volleyball', attendees: 12 },
    ...(terms && { termsVersion: terms.version }),
  });
  expect(booked).toMatchObject({ status: 'awaiting_approval', version: 1 });
  return booked;
}

/** Sign in, search, book, approve, cancel; then the audit log, a subscriber and a listener tell the same. */
export async function journey(gatewayUrl: string, weeks: number, facts: Told['facts']): Promise<void> {
  const resident = await enter(gatewayUrl, 'resident');
  const live = await SseClient.ready(`${gatewayUrl}/api/v1/events?types=digilist.booking`, {
    authorization: `Bearer ${resident.tokens?.accessToken}`,
  });
  try {
    const { id } = await book(resident, weeks);
    const handler = await enter(gatewayUrl, 'case_handler');
    const { data: queue } = await handler.digilist.listApprovals({ limit: 200 });
    const approval = queue.find(({ booking }) => booking.id === id);
    if (!approval) throw new Error('the application is not in the queue');
    const decision = { id: approval.id, reasonCode: 'approved', reason: 'Velkommen' } as const;
    await handler.digilist.approveBooking(decision, { ifMatch: `"${approval.version}"` });
    expect(await resident.digilist.getBooking({ id })).toMatchObject({ status: 'confirmed', version: 2 });
    await resident.digilist.cancelBooking({ id, reason: 'Syk' });
    expect(await resident.digilist.getBooking({ id })).toMatchObject({ status: 'cancelled' });

    const expected = ['requested', 'approved', 'cancelled'].map((fact) => `digilist.booking.${fact}.v1`);
    await eventually(() => {
      expect(facts.filter(({ subject }) => subject === id).map(({ type }) => type)).toEqual(expected);
      expect(live.events.filter(({ subject }) => subject === id).map(({ type }) => type)).toEqual(expected);
    });
    const admin = await enter(gatewayUrl, 'tenant_admin');
    await eventually(async () => {
      const { data } = await admin.platform.listAuditLogs({ entityId: id });
      expect(data.map(({ action }) => action).sort()).toEqual(
        ['approve', 'cancel', 'create'].map((action) => `digilist.booking.${action}`),
      );
    });
    expect(await admin.platform.verifyAuditLogs({})).toMatchObject({ intact: true, firstBreak: null });
  } finally {
    live.close();
  }
}

/** What PLATFORM changes reaches DIGILIST's copy: somebody new may book as soon as their role has arrived. */
export async function newcomer(gatewayUrl: string, name: string): Promise<void> {
  const admin = await enter(gatewayUrl, 'tenant_admin');
  const email = `${name}@innbygger.example`;
  const password = 'korrekt-hest-batteri-stift';
  const { id } = await admin.platform.createUser({ email, name, password });
  const { data: roles } = await admin.platform.listRoles({ limit: 200 });
  const role = roles.find(({ key }) => key === 'end_user');
  if (!role || !town) throw new Error('the demo has no role for residents');
  await admin.platform.grantRole({ id, roleId: role.id, scope: role.scope });
  const client = createClient({ baseUrl: gatewayUrl, tenant: town.slug });
  await client.signIn(email, password);
  await eventually(async () => expect((await client.digilist.listBookings({})).data).toEqual([]), { within: 15_000 });
}
