import {
  type AvailabilityReason,
  createBooking,
  createHold,
  type Explanation,
  explainAvailability,
  putPackageItems,
  startMaintenance,
} from '@digilist/contracts';
import { stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { arrive } from '../../testing/lister.js';
import { on, PlacingWorld, TUESDAY, utc } from '../../testing/placing-world.js';
import { BlocksModule } from '../blocks/index.js';
import { BookingsModule } from '../bookings/index.js';
import { CalendarModule } from '../calendar/index.js';
import { HoldsModule } from '../holds/index.js';
import { ListingsModule } from '../listings/index.js';
import { PackagesModule } from '../packages/index.js';
import { PricingModule } from '../pricing/index.js';
import { RulesModule } from '../rules/index.js';
import { ExplainModule } from './index.js';

let place: PlacingWorld;

beforeAll(async () => {
  place = await PlacingWorld.open([
    ListingsModule,
    RulesModule,
    PricingModule,
    CalendarModule,
    BookingsModule,
    BlocksModule,
    PackagesModule,
    HoldsModule,
    ExplainModule,
  ]);
  place.world.excuse(
    'a booking that holds its time has it, and any other has none',
    'the calendar holds nothing for a booking but its own time',
    'the history of a booking ends in its status and has no gap',
  );
});
afterAll(async () => {
  await place?.world.close();
  await stopPostgres();
});

const ask = async (listingId: string, more: object = {}, by: string | null = place.kari, headers = {}) => {
  const request = { listingId, startsAt: on('10:00'), endsAt: on('12:00'), ...more };
  const { body, ok } = await place.as(by, explainAvailability, request, headers);
  if (!ok) throw new Error(JSON.stringify(body));
  return body as unknown as Explanation;
};
const codes = ({ reasons }: Explanation) => reasons.map(({ code }) => code);
const reason = ({ reasons }: Explanation, code: string) =>
  reasons.find((each) => each.code === code) as AvailabilityReason;
const book = (listingId: string, from: string, until: string, more: object = {}) =>
  place.as(place.ola, createBooking, { listingId, startsAt: on(from), endsAt: on(until), ...more });

describe('a time that can be booked', () => {
  it('is explained as that, to everybody, with nothing more to say', async () => {
    const id = await place.manager.hall();
    for (const by of [place.kari, null]) {
      expect(await ask(id, {}, by)).toMatchObject({
        bookable: true,
        listingId: id,
        startsAt: utc(on('10:00')),
        endsAt: utc(on('12:00')),
        reasons: [],
        alternatives: { times: [], zones: [], listings: [] },
      });
    }
    const local = {
      startsAt: undefined,
      endsAt: undefined,
      localStartsAt: `${TUESDAY}T10:00`,
      localEndsAt: `${TUESDAY}T12:00`,
    };
    expect(await ask(id, local)).toMatchObject({ bookable: true, startsAt: utc(on('10:00')) });
  });
});

describe('every reason is told at once', () => {
  it('broken rules, who is there and what else is wrong, in the language of the caller', async () => {
    const id = await place.manager.hall();
    await book(id, '20:00', '22:00');
    const explanation = await ask(
      id,
      { startsAt: on('21:10'), endsAt: on('22:20'), quantity: 2, discountCode: 'NONE', termsVersion: '7' },
      place.kari,
      { 'accept-language': 'en' },
    );
    expect(explanation.bookable).toBe(false);
    expect(codes(explanation)).toEqual(['QUANTITY_INVALID', 'OUTSIDE_OPENING_HOURS', 'STEP', 'STEP', 'SLOT_CONFLICT']);
    expect(reason(explanation, 'STEP')).toEqual({
      code: 'STEP',
      path: 'startsAt',
      message: 'Start and end must lie on steps of 30 minutes.',
      details: { stepMinutes: 30 },
    });
    expect(codes(await ask(id, { discountCode: 'NONE' }))).toEqual(['DISCOUNT_CODE_INVALID']);
  });

  it.each([
    [
      'the week',
      [{ kind: 'weekly', weekdays: ['MO'], opens: '08:00', closes: '22:00' }],
      { kind: 'weekly', note: null },
    ],
    [
      'a season',
      [
        { kind: 'weekly', opens: '08:00', closes: '22:00' },
        {
          kind: 'season',
          weekdays: ['TU'],
          opens: '18:00',
          closes: '22:00',
          firstDate: TUESDAY,
          lastDate: TUESDAY,
          note: { nb: 'Vinter' },
        },
      ],
      { kind: 'season', note: { nb: 'Vinter' } },
    ],
    [
      'an exception',
      [
        { kind: 'weekly', opens: '08:00', closes: '22:00' },
        { kind: 'exception', firstDate: TUESDAY, lastDate: TUESDAY, note: { nb: 'Årsmøte' } },
      ],
      { kind: 'exception', note: { nb: 'Årsmøte' } },
    ],
    [
      'a blackout',
      [
        { kind: 'weekly', opens: '08:00', closes: '22:00' },
        {
          kind: 'blackout',
          opens: '11:00',
          closes: '11:30',
          firstDate: TUESDAY,
          lastDate: TUESDAY,
          note: { nb: 'Brannøvelse' },
        },
      ],
      { kind: 'blackout', note: { nb: 'Brannøvelse' } },
    ],
  ])('what closes the day: %s', async (_what, rules, by) => {
    const id = await place.manager.hall();
    await place.manager.opening(id, rules as never);
    const { details, message } = reason(await ask(id), 'OUTSIDE_OPENING_HOURS');
    expect(details).toMatchObject({
      date: TUESDAY,
      closedBy: expect.arrayContaining([expect.objectContaining({ kind: by.kind })]),
    });
    if (by.note) {
      expect(details.closedBy).toContainEqual(expect.objectContaining({ note: expect.objectContaining(by.note) }));
      expect(message).toContain(by.note.nb);
    }
  });

  it('what closes the day: a public holiday', async () => {
    const id = await place.manager.hall();
    await place.manager.opening(id, [
      { kind: 'weekly', opens: '08:00', closes: '22:00' },
      { kind: 'public_holiday', note: { nb: 'Stengt på røde dager' } },
    ]);
    const may = `${new Date().getUTCFullYear() + 1}-05-17`;
    const explanation = await ask(id, { startsAt: `${may}T10:00:00+02:00`, endsAt: `${may}T12:00:00+02:00` });
    expect(reason(explanation, 'OUTSIDE_OPENING_HOURS').details).toMatchObject({
      closedBy: [{ kind: 'public_holiday' }],
    });
  });

  it('notice and horizon', async () => {
    const id = await place.manager.hall();
    await place.manager.rules(id, { leadMinutes: 12 * 60, horizonDays: 1 });
    const hours = (count: number) => new Date(Math.ceil(Date.now() / 3_600_000 + count) * 3_600_000).toISOString();
    expect(codes(await ask(id, { startsAt: hours(1), endsAt: hours(2) }))).toContain('TOO_SOON');
    expect(codes(await ask(id, { startsAt: hours(72), endsAt: hours(73) }))).toContain('TOO_FAR');
  });

  it('that a listing, or what a package consists of, is out of use', async () => {
    const { manager } = place;
    const hall = await manager.hall();
    const id = await manager.hall({ type: 'EVENT', bookingModel: 'PACKAGE' });
    expect(codes(await ask(id))).toContain('LISTING_NOT_BOOKABLE');
    const [row] = await place.world.rows<{ version: number }>('SELECT version FROM digilist.listings WHERE id = $1', [
      id,
    ]);
    await manager.must(putPackageItems, { id, items: [{ listingId: hall }] }, { 'if-match': `"${row?.version}"` });
    expect(await ask(id)).toMatchObject({ bookable: true });
    await book(hall, '11:00', '13:00');
    expect(reason(await ask(id), 'SLOT_CONFLICT').details).toMatchObject({
      reason: 'occupied',
      components: [{ listingId: hall }],
    });
    await place.world.rows("UPDATE digilist.bookings SET status = 'cancelled' WHERE listing_id = $1", [hall]);
    await manager.must(startMaintenance, { id: hall });
    expect(reason(await ask(id), 'LISTING_NOT_BOOKABLE').details).toMatchObject({ components: [{ listingId: hall }] });
    expect(codes(await ask(hall))).toContain('LISTING_NOT_BOOKABLE');
  });

  it('that a zone must be named', async () => {
    const id = await place.manager.hall();
    await place.manager.zone(id, 'A');
    await place.manager.zone(id, 'B');
    expect(await ask(id)).toMatchObject({
      bookable: false,
      zoneId: null,
      reasons: [{ code: 'ZONE_REQUIRED', path: 'zoneId' }],
    });
    expect(codes(await ask(id, { zoneId: uuidv7() }))).toEqual(['ZONE_UNKNOWN']);
  });
});

describe('who is there', () => {
  it('is told to those who may know, and to all others only when', async () => {
    const id = await place.manager.hall({ bufferAfterMinutes: 30 });
    const booked = await book(id, '09:00', '11:00');
    for (const by of [null, place.kari]) {
      const { details } = reason(await ask(id, {}, by), 'SLOT_CONFLICT');
      expect(details.busy).toEqual([{ startsAt: utc(on('09:00')), endsAt: utc(on('11:30')) }]);
      expect(JSON.stringify(details)).not.toContain(place.ola);
    }
    const { details } = reason(await ask(id, {}, place.caretaker), 'SLOT_CONFLICT');
    expect(details.busy).toEqual([
      expect.objectContaining({ kind: 'BOOKING', buffer: false, bookingId: booked.body.id, userId: place.ola }),
      expect.objectContaining({ startsAt: utc(on('11:00')), endsAt: utc(on('11:30')), buffer: true }),
    ]);
  });

  it('is a matter of the organization that owns the listing', async () => {
    const id = await place.manager.hall({ orgId: place.town.otherOrgId });
    await book(id, '09:00', '11:00');
    const { details } = reason(await ask(id, {}, place.caretaker), 'SLOT_CONFLICT');
    expect(JSON.stringify(details)).not.toContain(place.ola);
  });

  it('is counted where there are several: how many are left', async () => {
    const id = await place.manager.hall({ type: 'RESOURCE', bookingModel: 'QUANTITY', stock: 5 });
    await book(id, '10:00', '11:00', { quantity: 2 });
    await book(id, '10:30', '12:00', { quantity: 1 });
    expect(reason(await ask(id, { quantity: 3 }), 'SLOT_CONFLICT').details).toMatchObject({ reason: 'stock', left: 2 });
    expect(await ask(id, { quantity: 2 })).toMatchObject({ bookable: true });
  });

  it('is not who asks, with a hold of their own; anybody else’s hold is of no use', async () => {
    const id = await place.manager.hall();
    const held = await place.as(place.kari, createHold, { listingId: id, startsAt: on('10:00'), endsAt: on('12:00') });
    const holdId = held.body.id;
    expect(codes(await ask(id))).toEqual(['SLOT_CONFLICT']);
    expect(await ask(id, { holdId })).toMatchObject({ bookable: true });
    expect(codes(await ask(id, { holdId }, place.ola))).toEqual(['HOLD_UNKNOWN', 'SLOT_CONFLICT']);
    expect(codes(await ask(id, { holdId }, null))).toEqual(['SLOT_CONFLICT']);
  });
});

describe('what concerns the caller', () => {
  it('is told to who is signed in, and to nobody else', async () => {
    const id = await place.manager.hall();
    const request = { onBehalfOfOrgId: place.town.clubId, pricingGroup: 'sports_club' };
    expect(codes(await ask(id, request))).toEqual(['ORG_NOT_MEMBER', 'PRICING_GROUP_NOT_VERIFIED']);
    expect(await ask(id, request, null)).toMatchObject({ bookable: true });
    const visitor = await arrive(place.world, place.town, { role: 'resident', scope: 'user' });
    expect(codes(await ask(id, {}, visitor))).toEqual(['FORBIDDEN']);
  });

  it('does not make what they may not see visible', async () => {
    const { id } = await place.manager.listing();
    const request = { listingId: id, startsAt: on('10:00'), endsAt: on('12:00') };
    const hidden = await place.as(place.kari, explainAvailability, request);
    expect(hidden).toEqual(await place.as(place.kari, explainAvailability, { ...request, listingId: uuidv7() }));
    expect(hidden.code).toBe('NOT_FOUND');
  });
});

describe('what could be had instead', () => {
  it('are times near by, other zones, and listings like it that are free then; all of them can be booked', async () => {
    const { manager } = place;
    const hall = { type: 'SPACE', capacity: 90 } as const;
    const id = await manager.hall(hall);
    const [a, b] = [await manager.zone(id, 'A'), await manager.zone(id, 'B')];
    await book(id, '10:00', '12:00', { zoneId: a.id });
    const [larger, taken, smaller] = [
      await manager.hall({ ...hall, capacity: 91 }),
      await manager.hall({ ...hall, capacity: 95 }),
      await manager.hall({ ...hall, capacity: 80 }),
    ];
    await book(taken, '11:00', '12:00');
    const { alternatives } = await ask(id, { zoneId: a.id });
    expect(alternatives.times).toEqual([
      { startsAt: utc(on('08:00')), endsAt: utc(on('10:00')) },
      { startsAt: utc(on('12:00')), endsAt: utc(on('14:00')) },
      expect.anything(),
    ]);
    expect(alternatives.zones.map(({ zoneId }) => zoneId)).toEqual([b.id]);
    const ids = alternatives.listings.map(({ listingId }) => listingId);
    expect(ids).toContain(larger);
    expect(ids).not.toContain(taken);
    expect(ids).not.toContain(smaller);
    for (const time of alternatives.times)
      expect((await place.as(place.kari, createBooking, { listingId: id, zoneId: a.id, ...time })).ok).toBe(true);
    for (const other of [{ listingId: id, zoneId: b.id }, { listingId: larger }])
      expect((await book(other.listingId, '10:00', '12:00', other)).ok).toBe(true);
  });

  it('are none that would break a rule', async () => {
    const id = await place.manager.hall();
    await place.manager.rules(id, { maxDurationMinutes: 60 });
    const { alternatives } = await ask(id);
    expect([alternatives.times, alternatives.zones]).toEqual([[], []]);
  });
});
