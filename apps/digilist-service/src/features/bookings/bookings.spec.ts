import { createQuote, getBooking, getBookingHistory, getListingAvailability } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { BookingWorld, bodyOf, day, detailsOf } from '../../testing/booking-world.js';
import type { Reply } from '../../testing/digilist-world.js';
import { buildHall, type Hall } from '../../testing/hall.js';
import { CalendarModule } from '../calendar/index.js';
import { PricingModule } from '../pricing/index.js';
import { BookingsModule } from './index.js';

let world: BookingWorld;

beforeAll(async () => {
  world = await BookingWorld.open([BookingsModule, CalendarModule, PricingModule]);
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const bookingsOf = (hall: Hall) =>
  world.rows('SELECT id FROM digilist.bookings WHERE listing_id = $1', [hall.listingId]);
const allocationsOf = (hall: Hall) =>
  world.rows('SELECT id FROM digilist.allocations WHERE atom_id = ANY ($1::uuid[])', [hall.atoms]);

describe('booking', () => {
  it('answers the whole booking, with its price to the øre, and can be read back as it was answered', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const reply = await world.book(hall, { purpose: 'Trening', attendees: 20 });
    expect(reply.code).toBeUndefined();
    const booking = bodyOf(reply);
    expect(booking).toMatchObject({
      status: 'confirmed',
      listingId: hall.listingId,
      zoneId: hall.whole,
      quantity: 1,
      purpose: 'Trening',
      price: { net: { amount: 80_000 }, vat: { amount: 20_000 }, total: { amount: 100_000, currency: 'NOK' } },
      approval: { required: false, reasons: [], steps: expect.arrayContaining(['high-amount', 'large-group']) },
      version: 1,
    });
    expect(booking.price.lines.length).toBeGreaterThan(0);
    expect(bodyOf(await world.call(getBooking, { id: booking.id }))).toEqual(booking);
  });

  it('leaves history, accepted terms, an item, an event, an audit record and a notification', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(
      await world.book(hall, {}, { headers: { 'x-client-ip': '192.0.2.7', 'user-agent': 'spec' } }),
    );
    const history = (await world.call(getBookingHistory, { id })).body.data as {
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
      `digilist.audit.${world.town.tenantId}`,
      `digilist.evt.${world.town.tenantId}.booking.${id}.confirmed.v1`,
      expect.stringMatching(/\.notification\.[0-9a-f-]+\.created\.v1$/),
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
    const hall = await buildHall(world.digilist, world.town, { paymentPolicy, pricePerHour });
    const booking = bodyOf(await world.book(hall));
    expect(booking.status).toBe(status);
    expect(booking.holdExpiresAt !== null).toBe(status === 'awaiting_payment');
  });

  it('waits for a decision where the workflow asks for one, and says why', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const booking = bodyOf(await world.book(hall, { attendees: 101, startsAt: day(0, 10), endsAt: day(0, 21) }));
    expect(booking.status).toBe('awaiting_approval');
    expect(booking.approval.required).toBe(true);
    expect(booking.approval.reasons.map(({ step }) => step)).toContain('large-group');
    expect(
      await world.rows('SELECT status, level FROM digilist.booking_approvals WHERE booking_id = $1', [booking.id]),
    ).toEqual([{ status: 'open', level: 'manager' }]);
  });

  it('needs nobody to decide where the licence has no approvals', async () => {
    const small = await world.newTown({ modules: ['digilist.booking', 'digilist.listings'] });
    const by = await world.person('resident', 'user', { of: small });
    const hall = await buildHall(world.digilist, small);
    expect(bodyOf(await world.book(hall, { attendees: 101 }, { by, of: small })).status).toBe('confirmed');
  });
});

describe('one slot', () => {
  it('has exactly one winner of 50 at once, and 49 that are told what else is free', async () => {
    const hall = await buildHall(world.digilist, world.town);
    for (let round = 0; round < 3; round++) {
      const when = { startsAt: day(round, 10), endsAt: day(round, 12) };
      const replies = await Promise.all(Array.from({ length: 50 }, () => world.book(hall, when)));
      expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
      const lost = replies.filter(({ ok }) => !ok);
      expect(new Set(lost.map(({ code }) => code))).toEqual(new Set(['SLOT_CONFLICT']));
      const alternatives = detailsOf(lost[0] as Reply).alternatives as { startsAt: string }[];
      expect(alternatives.length).toBeGreaterThanOrEqual(1);
      expect(alternatives.length).toBeLessThanOrEqual(3);
    }
    expect(await bookingsOf(hall)).toHaveLength(3);
  });

  it('is told apart by the reason, and the alternatives can be booked', async () => {
    const hall = await buildHall(world.digilist, world.town);
    await world.book(hall);
    const refused = await world.book(hall, { startsAt: day(0, 11), endsAt: day(0, 13) });
    expect(detailsOf(refused)).toMatchObject({ reason: 'occupied', listingId: hall.listingId, zoneId: hall.whole });
    for (const alternative of detailsOf(refused).alternatives as object[])
      expect((await world.book(hall, alternative)).ok).toBe(true);
  });

  it('is one booking for 50 parallel requests with the same key', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const key = { 'idempotency-key': uuidv7() };
    const replies = await Promise.all(Array.from({ length: 50 }, () => world.book(hall, {}, { headers: key })));
    expect(new Set(replies.map((reply) => bodyOf(reply).id)).size).toBe(1);
    expect(replies.every(({ ok }) => ok)).toBe(true);
    expect(await bookingsOf(hall)).toHaveLength(1);
    expect((await world.book(hall, { purpose: 'another' }, { headers: key })).code).toBe('IDEMPOTENCY_MISMATCH');
  });
});

describe('a hall and its thirds', () => {
  it('never both and never neither, and all thirds at once', async () => {
    const hall = await buildHall(world.digilist, world.town, { parts: 3 });
    for (let round = 0; round < 10; round++) {
      const when = { startsAt: day(round, 10), endsAt: day(round, 12) };
      const zones = [hall.whole, ...hall.parts, hall.whole, ...hall.parts];
      const replies = await Promise.all(zones.map((zoneId) => world.book(hall, { ...when, zoneId })));
      const won = zones.filter((_, at) => replies[at]?.ok);
      expect(won.length).toBeGreaterThanOrEqual(1);
      expect(won.includes(hall.whole) ? won : [hall.whole]).toEqual([hall.whole]);
    }
    const when = { startsAt: day(20, 10), endsAt: day(20, 12) };
    const replies = await Promise.all(hall.parts.map((zoneId) => world.book(hall, { ...when, zoneId })));
    expect(replies.map(({ ok }) => ok)).toEqual([true, true, true]);
  });

  it('must be told which is meant', async () => {
    const hall = await buildHall(world.digilist, world.town, { parts: 3 });
    expect((await world.book(hall)).code).toBe('ZONE_REQUIRED');
    expect((await world.book(hall, { zoneId: uuidv7() })).code).toBe('ZONE_UNKNOWN');
  });
});

describe('equipment', () => {
  it('goes out as often as there is', async () => {
    const hall = await buildHall(world.digilist, world.town, { stock: 10, type: 'RESOURCE' });
    const replies = await Promise.all(Array.from({ length: 8 }, () => world.book(hall, { quantity: 2 })));
    expect(replies.filter(({ ok }) => ok)).toHaveLength(5);
    const lost = replies.find(({ ok }) => !ok) as Reply;
    expect(detailsOf(lost).reason).toBe('stock');
    expect((await world.book(hall, { quantity: 11 })).code).toBe('QUANTITY_INVALID');
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
    const hall = await buildHall(world.digilist, world.town);
    expect((await world.book(hall, change)).code).toBe(code);
    expect(await bookingsOf(hall)).toHaveLength(0);
    expect(await allocationsOf(hall)).toHaveLength(0);
  });

  it('every broken rule, all together', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const reply = await world.book(hall, {
      startsAt: day(-30, 10),
      endsAt: new Date(Date.parse(day(-30, 10)) + 600_000).toISOString(),
    });
    expect(reply.code).toBe('RULE_VIOLATION');
    const codes = (reply.body.errors as { code: string }[]).map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['STEP', 'TOO_SHORT', 'TOO_SOON']));
  });

  it.each([
    ['draft', 'resident', 'NOT_FOUND', 'NOT_FOUND'],
    ['archived', 'resident', 'NOT_FOUND', 'NOT_FOUND'],
    ['maintenance', 'resident', undefined, 'LISTING_NOT_BOOKABLE'],
    ['draft', 'handler', undefined, 'LISTING_NOT_BOOKABLE'],
    ['archived', 'handler', undefined, 'LISTING_NOT_BOOKABLE'],
  ] as const)(
    'a listing that is in %s, for a %s: one answer, however it is asked for',
    async (status, who, seen, code) => {
      const hall = await buildHall(world.digilist, world.town, { status });
      const caller = { by: world[who] };
      const when = { startsAt: day(0, 10), endsAt: day(0, 12) };
      const window = { id: hall.listingId, from: when.startsAt, to: when.endsAt };
      const free = await world.call(getListingAvailability, window, caller);
      expect(free.code).toBe(seen);
      if (free.ok) expect(free.body.zones).toMatchObject([{ free: [] }]);
      expect((await world.call(createQuote, { listingId: hall.listingId, ...when }, caller)).code).toBe(code);
      expect((await world.book(hall, {}, caller)).code).toBe(code);
      expect((await world.book(hall, { draft: true }, caller)).code).toBe(code);
      // Nothing else about the wish may give the listing away.
      const odd = { zoneId: uuidv7(), pricingGroup: 'royalty', onBehalfOfOrgId: uuidv7(), quantity: 5 };
      expect((await world.book(hall, odd, caller)).code).toBe(code);
      expect((await world.call(createQuote, { listingId: hall.listingId, ...when, ...odd }, caller)).code).toBe(code);
    },
  );

  it('half a character in what it is for', async () => {
    const hall = await buildHall(world.digilist, world.town);
    expect((await world.book(hall, { purpose: 'Trening \ud800' })).code).toBe('VALIDATION_FAILED');
  });

  it('a listing of another tenant, exactly like one that does not exist', async () => {
    const other = await world.newTown();
    const theirs = await buildHall(world.digilist, other);
    const random = await world.book({ ...theirs, listingId: uuidv7() });
    const foreign = await world.book(theirs);
    expect(foreign.code).toBe('NOT_FOUND');
    expect(foreign.body).toEqual(random.body);
  });
});

describe('the licence', () => {
  it('counts bookings, and refuses what exceeds it without a row', async () => {
    const small = await world.newTown({ limits: { 'digilist.bookings': 3 } });
    const by = await world.person('resident', 'user', { of: small });
    const hall = await buildHall(world.digilist, small);
    let granted = 0;
    world.digilist.platform.leases(({ amount }) => {
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
      replies.push(await world.book(hall, { startsAt: day(n, 10), endsAt: day(n, 12) }, { by, of: small }));
    expect(replies.map(({ code }) => code)).toEqual([undefined, undefined, undefined, 'LIMIT_EXCEEDED']);
    expect(await bookingsOf(hall)).toHaveLength(3);
    expect((await world.book(hall, { startsAt: day(9), endsAt: day(9, 12), draft: true }, { by, of: small })).ok).toBe(
      true,
    );
  });
});
