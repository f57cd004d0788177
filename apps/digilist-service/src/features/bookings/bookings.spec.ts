import {
  type Booking,
  cancelBooking,
  createBooking,
  getBooking,
  getBookingHistory,
  listBookings,
  submitBooking,
} from '@digilist/contracts';
import type { RunningService } from '@kit/service';
import { eventually, stopPostgres } from '@kit/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { membershipState } from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { brokenInvariants } from '../../database/invariants.js';
import { DigilistWorld, type Reply } from '../../testing/digilist-world.js';
import { buildHall, type Hall } from '../../testing/hall.js';
import { foundTown, settle, stateMessage, type Town, type TownOptions } from '../../testing/platform-stand-in.js';
import { HoldExpiry } from './hold-expiry.js';
import { BookingsModule } from './index.js';

let world: DigilistWorld;
let service: RunningService;
let town: Town;
let resident: string;
let staff: string;

const ROLES = {
  resident: ['digilist.booking.*', 'digilist.notification.read'],
  staff: ['digilist.booking.*', 'digilist.approval.*'],
};
const MODULES = ['digilist.booking', 'digilist.listings', 'digilist.approvals', 'digilist.notifications'];
const limits = { 'digilist.bookings': null };

beforeAll(async () => {
  world = await DigilistWorld.open();
  service = await world.start([BookingsModule]);
  town = await newTown();
  resident = await person(town, 'resident', 'user');
  staff = await person(town, 'staff', 'tenant');
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const newTown = (options: TownOptions = {}) =>
  foundTown(world.platform, { roles: ROLES, modules: MODULES, limits, ...options });

async function person(
  of: Town,
  role: 'resident' | 'staff',
  scope: 'user' | 'org' | 'tenant',
  orgId?: string,
): Promise<string> {
  const { userId } = await settle(world.platform, of, { role, scope, ...(orgId && { orgId }) });
  await eventually(async () => {
    const grants = 'SELECT 1 FROM digilist.platform_user_roles WHERE user_id = $1';
    expect(await world.rows(grants, [userId])).toHaveLength(1);
    expect(await world.rows('SELECT 1 FROM digilist.platform_users WHERE id = $1', [userId])).toHaveLength(1);
  });
  return userId;
}

/** Ten o'clock on the n-th day from a week ahead, as everybody's clock shows it. */
const day = (n: number, hour = 10): string => {
  const midnight = Math.ceil(Date.now() / 86_400_000) * 86_400_000;
  return new Date(midnight + (7 + n) * 86_400_000 + hour * 3_600_000).toISOString();
};

const wish = (hall: Hall, change: object = {}) => ({
  listingId: hall.listingId,
  startsAt: day(0, 10),
  endsAt: day(0, 12),
  termsVersion: '1',
  ...change,
});

const book = (
  hall: Hall,
  change: object = {},
  { by = resident, of = town, ...extra }: { by?: string; of?: Town } & Record<string, unknown> = {},
) => world.call(createBooking, of, by, wish(hall, change), extra as Record<string, string>);

const bodyOf = (reply: Reply) => reply.body as unknown as Booking;
const details = (reply: Reply) => reply.body.details as Record<string, unknown>;
const bookingsOf = (hall: Hall) =>
  world.rows('SELECT id, status FROM digilist.bookings WHERE listing_id = $1', [hall.listingId]);
const allocationsOf = (hall: Hall) =>
  world.rows('SELECT id, active FROM digilist.allocations WHERE atom_id = ANY ($1::uuid[])', [hall.atoms]);

describe('booking', () => {
  it('answers the whole booking, with its price to the øre, and can be read back as it was answered', async () => {
    const hall = await buildHall(world, town);
    const reply = await book(hall, { purpose: 'Trening', attendees: 20 });
    expect(reply.code).toBeUndefined();
    const booking = bodyOf(reply);
    expect(booking).toMatchObject({
      status: 'confirmed',
      listingId: hall.listingId,
      zoneId: hall.whole,
      quantity: 1,
      purpose: 'Trening',
      price: { net: { amount: 80_000 }, vat: { amount: 20_000 }, total: { amount: 100_000, currency: 'NOK' } },
      approval: { required: false, reasons: [] },
      version: 1,
    });
    expect(booking.price.lines.length).toBeGreaterThan(0);
    expect(bodyOf(await world.call(getBooking, town, resident, { id: booking.id }))).toEqual(booking);
  });

  it('leaves history, accepted terms, an item, an event, an audit record and a notification', async () => {
    const hall = await buildHall(world, town);
    const { id } = bodyOf(await book(hall, {}, { 'x-client-ip': '192.0.2.7', 'user-agent': 'spec' }));
    const history = (await world.call(getBookingHistory, town, resident, { id })).body.data as {
      from: string;
      to: string;
    }[];
    expect(history.map(({ from, to }) => [from, to])).toEqual([
      [null, 'pending'],
      ['pending', 'confirmed'],
    ]);
    expect(
      await world.rows('SELECT terms_version, ip, user_agent FROM digilist.terms_acceptances WHERE booking_id = $1', [
        id,
      ]),
    ).toEqual([{ terms_version: '1', ip: '192.0.2.7', user_agent: 'spec' }]);
    expect(await world.rows('SELECT total::int FROM digilist.booking_items WHERE booking_id = $1', [id])).toEqual([
      { total: 100_000 },
    ]);
    const told = await world.rows<{ subject: string }>(
      `SELECT subject FROM digilist.outbox WHERE payload LIKE '%' || $1 || '%' ORDER BY pos`,
      [id],
    );
    expect(told.map(({ subject }) => subject)).toEqual([
      `digilist.audit.${town.tenantId}`,
      `digilist.evt.${town.tenantId}.booking.${id}.confirmed.v1`,
    ]);
    expect(await world.rows('SELECT event FROM digilist.notifications WHERE booking_id = $1', [id])).toEqual([
      { event: 'booking.confirmed' },
    ]);
  });

  it.each([
    ['FREE', null, 'confirmed'],
    ['INVOICE', 40_000, 'confirmed'],
    ['PAY_AND_CONFIRM', 40_000, 'awaiting_payment'],
    ['APPROVE_THEN_PAY', 40_000, 'awaiting_payment'],
    ['PAY_AND_CONFIRM', 0, 'confirmed'],
  ])('under %s at %s øre an hour is %s', async (paymentPolicy, pricePerHour, status) => {
    const hall = await buildHall(world, town, { paymentPolicy, pricePerHour });
    const booking = bodyOf(await book(hall));
    expect(booking.status).toBe(status);
    expect(booking.holdExpiresAt !== null).toBe(status === 'awaiting_payment');
  });

  it('waits for a decision where the workflow asks for one, and says why', async () => {
    const hall = await buildHall(world, town);
    const booking = bodyOf(await book(hall, { attendees: 101, startsAt: day(0, 10), endsAt: day(0, 21) }));
    expect(booking.status).toBe('awaiting_approval');
    expect(booking.approval.required).toBe(true);
    expect(booking.approval.reasons.map(({ step }) => step)).toContain('large-group');
    expect(
      await world.rows('SELECT status, level FROM digilist.booking_approvals WHERE booking_id = $1', [booking.id]),
    ).toEqual([{ status: 'open', level: 'manager' }]);
  });

  it('needs nobody to decide where the licence has no approvals', async () => {
    const small = await newTown({ modules: ['digilist.booking', 'digilist.listings'] });
    const by = await person(small, 'resident', 'user');
    const hall = await buildHall(world, small);
    expect(bodyOf(await book(hall, { attendees: 101 }, { by, of: small })).status).toBe('confirmed');
  });
});

describe('one slot', () => {
  it('has exactly one winner of 50 at once, and 49 that are told what else is free', async () => {
    const hall = await buildHall(world, town);
    for (let round = 0; round < 3; round++) {
      const when = { startsAt: day(round, 10), endsAt: day(round, 12) };
      const replies = await Promise.all(Array.from({ length: 50 }, () => book(hall, when)));
      expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
      const lost = replies.filter(({ ok }) => !ok);
      expect(new Set(lost.map(({ code }) => code))).toEqual(new Set(['SLOT_CONFLICT']));
      const alternatives = details(lost[0] as Reply).alternatives as { startsAt: string }[];
      expect(alternatives.length).toBeGreaterThanOrEqual(1);
      expect(alternatives.length).toBeLessThanOrEqual(3);
    }
    expect(await bookingsOf(hall)).toHaveLength(3);
  });

  it('is told apart by the reason, and the alternatives can be booked', async () => {
    const hall = await buildHall(world, town);
    await book(hall);
    const refused = await book(hall, { startsAt: day(0, 11), endsAt: day(0, 13) });
    expect(details(refused)).toMatchObject({ reason: 'occupied', listingId: hall.listingId, zoneId: hall.whole });
    for (const alternative of details(refused).alternatives as object[])
      expect((await book(hall, alternative)).ok).toBe(true);
  });

  it('is one booking for 50 parallel requests with the same key', async () => {
    const hall = await buildHall(world, town);
    const key = { 'idempotency-key': uuidv7() };
    const replies = await Promise.all(Array.from({ length: 50 }, () => book(hall, {}, key)));
    expect(new Set(replies.map((reply) => bodyOf(reply).id)).size).toBe(1);
    expect(replies.every(({ ok }) => ok)).toBe(true);
    expect(await bookingsOf(hall)).toHaveLength(1);
    expect((await book(hall, { purpose: 'another' }, key)).code).toBe('IDEMPOTENCY_MISMATCH');
  });
});

describe('a hall and its thirds', () => {
  it('never both and never neither, and all thirds at once', async () => {
    const hall = await buildHall(world, town, { parts: 3 });
    for (let round = 0; round < 10; round++) {
      const when = { startsAt: day(round, 10), endsAt: day(round, 12) };
      const zones = [hall.whole, ...hall.parts, hall.whole, ...hall.parts];
      const replies = await Promise.all(zones.map((zoneId) => book(hall, { ...when, zoneId })));
      const won = zones.filter((_, at) => replies[at]?.ok);
      expect(won.length).toBeGreaterThanOrEqual(1);
      expect(won.includes(hall.whole) ? won : [hall.whole]).toEqual([hall.whole]);
    }
    const when = { startsAt: day(20, 10), endsAt: day(20, 12) };
    const replies = await Promise.all(hall.parts.map((zoneId) => book(hall, { ...when, zoneId })));
    expect(replies.map(({ ok }) => ok)).toEqual([true, true, true]);
  });

  it('must be told which is meant', async () => {
    const hall = await buildHall(world, town, { parts: 3 });
    expect((await book(hall)).code).toBe('ZONE_REQUIRED');
    expect((await book(hall, { zoneId: uuidv7() })).code).toBe('ZONE_UNKNOWN');
  });
});

describe('equipment', () => {
  it('goes out as often as there is', async () => {
    const hall = await buildHall(world, town, { stock: 10, type: 'RESOURCE' });
    const replies = await Promise.all(Array.from({ length: 8 }, () => book(hall, { quantity: 2 })));
    expect(replies.filter(({ ok }) => ok)).toHaveLength(5);
    const lost = replies.find(({ ok }) => !ok) as Reply;
    expect(details(lost).reason).toBe('stock');
    expect((await book(hall, { quantity: 11 })).code).toBe('QUANTITY_INVALID');
  });
});

describe('what is refused leaves no row', () => {
  it.each<[string, object, string]>([
    ['no length', { endsAt: day(0, 10) }, 'INVALID_INTERVAL'],
    ['a reversed time', { endsAt: day(0, 9) }, 'INVALID_INTERVAL'],
    ['a time that is no time', { startsAt: 'tomorrow' }, 'VALIDATION_FAILED'],
    ['years', { endsAt: day(500) }, 'INVALID_INTERVAL'],
    ['an unknown property', { colour: 'red' }, 'VALIDATION_FAILED'],
    ['terms that were not accepted', { termsVersion: undefined }, 'TERMS_NOT_ACCEPTED'],
    ['other terms', { termsVersion: '0' }, 'TERMS_VERSION_MISMATCH'],
    ['an unknown group', { pricingGroup: 'royalty' }, 'PRICING_GROUP_UNKNOWN'],
    ['an unknown code', { discountCode: 'FREE4ALL' }, 'DISCOUNT_CODE_INVALID'],
    ['an unknown add-on', { addOns: [{ key: 'fireworks', quantity: 1 }] }, 'ADD_ON_UNKNOWN'],
    ['two of what there is once', { quantity: 2 }, 'QUANTITY_INVALID'],
    ['an organization of others', { onBehalfOfOrgId: uuidv7() }, 'ORG_NOT_MEMBER'],
  ])('%s', async (_what, change, code) => {
    const hall = await buildHall(world, town);
    expect((await book(hall, change)).code).toBe(code);
    expect(await bookingsOf(hall)).toHaveLength(0);
    expect(await allocationsOf(hall)).toHaveLength(0);
  });

  it('every broken rule, all together', async () => {
    const hall = await buildHall(world, town);
    const reply = await book(hall, {
      startsAt: day(-30, 10),
      endsAt: new Date(Date.parse(day(-30, 10)) + 600_000).toISOString(),
    });
    expect(reply.code).toBe('RULE_VIOLATION');
    const codes = (reply.body.errors as { code: string }[]).map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['STEP', 'TOO_SHORT', 'TOO_SOON']));
  });

  it.each(['maintenance', 'archived', 'draft'])('a listing that is in %s', async (status) => {
    const hall = await buildHall(world, town, { status });
    expect(['LISTING_NOT_BOOKABLE', 'NOT_FOUND']).toContain((await book(hall)).code);
  });

  it('a listing of another tenant, exactly like one that does not exist', async () => {
    const other = await newTown();
    const theirs = await buildHall(world, other);
    const random = await book({ ...theirs, listingId: uuidv7() });
    const foreign = await book(theirs);
    expect(foreign.code).toBe('NOT_FOUND');
    expect(foreign.body).toEqual(random.body);
  });
});

describe('the licence', () => {
  it('counts bookings, and refuses what exceeds it without a row', async () => {
    const small = await newTown({ limits: { 'digilist.bookings': 3 } });
    const by = await person(small, 'resident', 'user');
    const hall = await buildHall(world, small);
    let granted = 0;
    world.platform.leases(({ amount }) => {
      const grant = Math.min(amount, 3 - granted);
      if (grant === 0) return { code: 'LIMIT_EXCEEDED', kind: 'limited', title: { nb: '', nn: '', en: '' } };
      granted += grant;
      return {
        meter: 'digilist.bookings',
        granted: grant,
        unlimited: false,
        period: '2026-12',
        resetsAt: null,
        used: granted,
        limit: 3,
      };
    });
    const replies: Reply[] = [];
    for (let n = 0; n < 4; n++)
      replies.push(await book(hall, { startsAt: day(n, 10), endsAt: day(n, 12) }, { by, of: small }));
    expect(replies.map(({ code }) => code)).toEqual([undefined, undefined, undefined, 'LIMIT_EXCEEDED']);
    expect(await bookingsOf(hall)).toHaveLength(3);
    expect((await book(hall, { startsAt: day(9), endsAt: day(9, 12), draft: true }, { by, of: small })).ok).toBe(true);
  });
});

describe('a draft', () => {
  it('holds no time, and takes it when it is submitted', async () => {
    const hall = await buildHall(world, town);
    const draft = bodyOf(await book(hall, { draft: true, termsVersion: undefined }));
    expect(draft).toMatchObject({ status: 'draft', version: 1, termsVersion: null });
    expect(await allocationsOf(hall)).toHaveLength(0);
    expect((await world.call(submitBooking, town, resident, { id: draft.id })).code).toBe('TERMS_NOT_ACCEPTED');
    const submitted = bodyOf(await world.call(submitBooking, town, resident, { id: draft.id, termsVersion: '1' }));
    expect(submitted).toMatchObject({ id: draft.id, status: 'confirmed', version: 2, termsVersion: '1' });
    expect((await world.call(submitBooking, town, resident, { id: draft.id, termsVersion: '1' })).code).toBe(
      'INVALID_STATE',
    );
    const history = (await world.call(getBookingHistory, town, resident, { id: draft.id })).body.data as {
      to: string;
    }[];
    expect(history.map(({ to }) => to)).toEqual(['draft', 'pending', 'confirmed']);
  });

  it('is refused when its time has gone meanwhile, and stays a draft', async () => {
    const hall = await buildHall(world, town);
    const draft = bodyOf(await book(hall, { draft: true }));
    await book(hall);
    expect((await world.call(submitBooking, town, resident, { id: draft.id, termsVersion: '1' })).code).toBe(
      'SLOT_CONFLICT',
    );
    expect(bodyOf(await world.call(getBooking, town, resident, { id: draft.id })).status).toBe('draft');
  });
});

describe('cancelling', () => {
  it('frees the time, once, with the reason in the history', async () => {
    const hall = await buildHall(world, town);
    const { id } = bodyOf(await book(hall));
    const replies = await Promise.all(
      Array.from({ length: 5 }, () => world.call(cancelBooking, town, resident, { id, reason: 'Avlyst' })),
    );
    expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
    expect(new Set(replies.filter(({ ok }) => !ok).map(({ code }) => code))).toEqual(new Set(['INVALID_STATE']));
    expect((await book(hall)).ok).toBe(true);
    const history = (await world.call(getBookingHistory, town, resident, { id })).body.data as {
      to: string;
      reason: string;
    }[];
    expect(history.at(-1)).toMatchObject({ to: 'cancelled', reason: 'Avlyst' });
  });

  it('takes an application out of the queue', async () => {
    const hall = await buildHall(world, town);
    const { id } = bodyOf(await book(hall, { attendees: 500 }));
    await world.call(cancelBooking, town, resident, { id, reason: 'Avlyst' });
    expect(await world.rows('SELECT status FROM digilist.booking_approvals WHERE booking_id = $1', [id])).toEqual([
      { status: 'withdrawn' },
    ]);
  });

  it('is refused to who has read an older version', async () => {
    const hall = await buildHall(world, town);
    const { id } = bodyOf(await book(hall));
    const reply = await world.call(cancelBooking, town, resident, { id, reason: 'Avlyst' }, { 'if-match': '"7"' });
    expect(reply.code).toBe('STALE_VERSION');
  });
});

describe('a hold that was not paid in time', () => {
  it('ends by itself, once, whoever looks first, and frees the time', async () => {
    const hall = await buildHall(world, town, { paymentPolicy: 'PAY_AND_CONFIRM' });
    const booking = bodyOf(await book(hall));
    const past = `expires_at = now() - interval '1 second'`;
    await world.rows(`UPDATE digilist.allocations SET ${past} WHERE booking_id = $1`, [booking.id]);
    await world.rows(`UPDATE digilist.bookings SET ${past} WHERE id = $1`, [booking.id]);
    const expiry = service.app.get(HoldExpiry, { strict: false });
    const [, , again] = await Promise.all([expiry.sweep(), expiry.sweep(), book(hall)]);
    expect(again.ok).toBe(true);
    await expiry.sweep();
    expect(bodyOf(await world.call(getBooking, town, resident, { id: booking.id }))).toMatchObject({ status: 'expired', version: 2 });
    const facts = `SELECT 1 FROM digilist.outbox WHERE subject LIKE '%.' || $1 || '.expired.v1'`;
    expect(await world.rows(facts, [booking.id])).toHaveLength(1);
  });
});

describe('who may see and change a booking', () => {
  it('the booker, staff of the organization, and nobody else', async () => {
    const hall = await buildHall(world, town, { orgId: town.subOrgId });
    const { id } = bodyOf(await book(hall));
    const other = await person(town, 'resident', 'user');
    const above = await person(town, 'staff', 'org', town.orgId);
    const beside = await person(town, 'staff', 'org', town.otherOrgId);
    const codes = (by: string) =>
      Promise.all(
        [getBooking, getBookingHistory].map(async (operation) => (await world.call(operation, town, by, { id })).code),
      );
    for (const by of [resident, staff, above]) expect(await codes(by)).toEqual([undefined, undefined]);
    for (const by of [other, beside]) {
      expect(await codes(by)).toEqual(['NOT_FOUND', 'NOT_FOUND']);
      expect((await world.call(cancelBooking, town, by, { id, reason: 'x' })).code).toBe('NOT_FOUND');
    }
  });

  it('members book for their organization', async () => {
    const hall = await buildHall(world, town);
    const leader = await person(town, 'resident', 'user');
    const id = uuidv7();
    const membership = { userId: leader, orgId: town.otherOrgId, status: 'active' };
    await world.platform.publish(membershipState, stateMessage(town.tenantId, id, 1, membership));
    await eventually(async () => {
      expect(await world.rows('SELECT 1 FROM digilist.platform_memberships WHERE id = $1', [id])).toHaveLength(1);
    });
    expect((await book(hall, { onBehalfOfOrgId: town.otherOrgId })).code).toBe('ORG_NOT_MEMBER');
    const reply = await book(hall, { onBehalfOfOrgId: town.otherOrgId }, { by: leader });
    expect(bodyOf(reply).onBehalfOfOrgId).toBe(town.otherOrgId);
  });

  it('lists what is within reach, by filter, page after page', async () => {
    const here = await newTown();
    const [mine, theirs] = [await person(here, 'resident', 'user'), await person(here, 'resident', 'user')];
    const clerk = await person(here, 'staff', 'org', here.orgId);
    const hall = await buildHall(world, here, { orgId: here.orgId });
    const school = await buildHall(world, here, { orgId: here.otherOrgId });
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      const when = { startsAt: day(n, 10), endsAt: day(n, 12) };
      ids.unshift(bodyOf(await book(hall, when, { by: n % 2 ? theirs : mine, of: here })).id);
    }
    await book(school, {}, { by: mine, of: here });
    const list = async (by: string, query: object = {}) => {
      const { body } = await world.call(listBookings, here, by, query);
      return body as unknown as { data: Booking[]; nextCursor: string | null };
    };
    expect((await list(mine)).data).toHaveLength(4);
    expect((await list(theirs)).data).toHaveLength(2);
    expect((await list(clerk)).data.map(({ id }) => id)).toEqual(ids);
    expect((await list(clerk, { mine: true })).data).toEqual([]);
    expect((await list(clerk, { from: day(1, 0), to: day(3, 0) })).data).toHaveLength(2);
    expect((await list(clerk, { listingId: hall.listingId, status: 'confirmed' })).data).toHaveLength(5);
    expect((await list(clerk, { status: 'cancelled' })).data).toEqual([]);
    const first = await list(clerk, { limit: 2 });
    const second = await list(clerk, { limit: 2, cursor: first.nextCursor });
    const third = await list(clerk, { limit: 2, cursor: second.nextCursor });
    expect([first, second, third].flatMap(({ data }) => data.map(({ id }) => id))).toEqual(ids);
    expect(third.nextCursor).toBeNull();
    expect((await world.call(listBookings, here, clerk, { cursor: 'nonsense' })).code).toBe('VALIDATION_FAILED');
  });
});

describe('afterwards', () => {
  it('leaves behind nothing that must never be', async () => {
    expect(await brokenInvariants((text) => world.rows(text))).toEqual([]);
  });
});
