import { createBooking, createHold, explainAvailability, getListingAvailability } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, stopPostgres } from '@kit/testing';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { foundTown, settle, type Town } from '../../platform/testing/platform-stand-in.js';
import { DigilistWorld } from '../../testing/digilist-world.js';
import { buildHall, type HallOptions } from '../../testing/hall.js';
import { CalendarModule } from '../calendar/index.js';
import { ExplainModule } from '../explain/index.js';
import { HoldsModule } from '../holds/index.js';
import { ListingsModule } from '../listings/index.js';
import { BookingsModule } from './index.js';

// The law of the calendar: a time is shown as free exactly when it can be booked, and explained as bookable exactly then.

const CASES = Number(process.env.LAW_CASES ?? 500);
const WISHES = 10;
const OSLO = 'Europe/Oslo';

let world: DigilistWorld;
let town: Town;
let resident: string;

beforeAll(async () => {
  world = await DigilistWorld.open();
  await world.start([ListingsModule, CalendarModule, BookingsModule, HoldsModule, ExplainModule]);
  town = await foundTown(world.platform, {
    roles: { resident: ['digilist.booking.*'] },
    modules: ['digilist.booking', 'digilist.listings'],
    limits: { 'digilist.bookings': null },
  });
  resident = (await settle(world.platform, town, { role: 'resident', scope: 'user' })).userId;
  await eventually(async () => {
    const grants = 'SELECT 1 FROM digilist.platform_user_roles WHERE user_id = $1';
    expect(await world.rows(grants, [resident])).toHaveLength(1);
  });
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

/** The day before the clock is changed next: no time is harder to get right than the days around it. */
const saturday = (() => {
  const first = Temporal.Now.plainDateISO('UTC').add({ days: 8 });
  for (let date = first; ; date = date.add({ days: 1 })) {
    if (date.toZonedDateTime(OSLO).hoursInDay !== 24) return date.subtract({ days: 1 });
  }
})();
const clock = (minutes: number): string =>
  saturday
    .add({ days: Math.floor(minutes / 1440) })
    .toPlainDateTime({ hour: Math.floor((minutes % 1440) / 60), minute: minutes % 60 })
    .toZonedDateTime(OSLO)
    .toInstant()
    .toString({ smallestUnit: 'millisecond' });
const plus = (instant: string, minutes: number) => new Date(Date.parse(instant) + minutes * 60_000).toISOString();

interface Span {
  startsAt: string;
  endsAt: string;
}

/** Something that can be booked, and how a client reads off the calendar whether it can. */
interface Bookable {
  listingId: string;
  zoneId: string;
  counted: boolean;
  isFree(shown: readonly Span[], span: Span): boolean;
}

const within = (shown: readonly Span[], { startsAt, endsAt }: Span) =>
  shown.some((free) => free.startsAt <= startsAt && endsAt <= free.endsAt);

/** Slots are shown one by one: one that begins then, and those after it without a gap. */
const slotsInARow = (shown: readonly Span[], { startsAt, endsAt }: Span): boolean => {
  for (let at = startsAt; ; ) {
    const slot = shown.find((free) => free.startsAt === at);
    if (!slot || slot.endsAt > endsAt) return false;
    if (slot.endsAt === endsAt) return true;
    at = slot.endsAt;
  }
};

/** Of whole days only those count that begin at check-in and end at check-out, on the clock of the listing. */
const wholeDays =
  (checkIn: string, checkOut: string) =>
  (shown: readonly Span[], span: Span): boolean => {
    const at = (instant: string) =>
      Temporal.Instant.from(instant).toZonedDateTimeISO(OSLO).toPlainTime().toString({ smallestUnit: 'minute' });
    return at(span.startsAt) === checkIn && at(span.endsAt) === checkOut && within(shown, span);
  };

type Scene = () => Promise<Bookable[]>;

const hall =
  (options: HallOptions, isFree: Bookable['isFree'] = within): Scene =>
  async () => {
    const { listingId, whole, parts } = await buildHall(world, town, { ...FREE, ...options });
    const counted = (options.stock ?? 1) > 1;
    return [whole, ...parts].map((zoneId) => ({ listingId, zoneId, counted, isFree }));
  };
const FREE = { pricePerHour: 0, paymentPolicy: 'FREE' };

/** A package, and everything it consists of by itself. */
const packaged: Scene = async () => {
  const gym = await hall({ parts: 3, bufferMinutes: 30 })();
  const balls = await hall({ stock: 5, type: 'RESOURCE' })();
  const kiosk = await hall({ opening: [['06:00', '20:00']], bufferMinutes: 60 })();
  const [half, ball, whole] = [gym[1], balls[0], kiosk[0]] as [Bookable, Bookable, Bookable];
  const components = [half, { ...ball, quantity: 2 }, whole];
  return [...(await hall({ model: 'PACKAGE', components })()), ...gym, ...balls, ...kiosk];
};

const halfHours = (max: number, min = 0) => fc.integer({ min, max }).map((count) => count * 30);
const anyTime: fc.Arbitrary<Span> = fc
  .tuple(halfHours(3 * 48), halfHours(8, 1))
  .map(([from, length]) => ({ startsAt: clock(from), endsAt: plus(clock(from), length) }));
const slotTime: fc.Arbitrary<Span> = fc
  .tuple(fc.nat({ max: 2 }), fc.nat({ max: 60 }), fc.integer({ min: 1, max: 3 }), fc.constantFrom(0, 0, 0, 15))
  .map(([date, quarter, slots, off]) => {
    const startsAt = clock(date * 1440 + 8 * 60 + quarter * 15);
    return { startsAt, endsAt: plus(startsAt, slots * 45 + off) };
  });
const dayTime = (checkIn: number, checkOut: number): fc.Arbitrary<Span> =>
  fc
    .tuple(fc.nat({ max: 4 }), fc.integer({ min: 0, max: 2 }), fc.constantFrom(0, 0, 0, 0, 60))
    .map(([date, days, off]) => ({
      startsAt: clock(date * 1440 + checkIn),
      endsAt: clock((date + days) * 1440 + checkOut + off),
    }));

const story = (times: fc.Arbitrary<Span>) =>
  fc.array(
    fc.record({
      which: fc.nat({ max: 11 }),
      span: times,
      quantity: fc.integer({ min: 1, max: 4 }),
      held: fc.constantFrom(false, false, true),
    }),
    { minLength: WISHES, maxLength: WISHES },
  );

async function isShownFree({ listingId, zoneId, isFree }: Bookable, span: Span, quantity: number): Promise<boolean> {
  const window = { id: listingId, zoneId, from: clock(0), to: plus(clock(0), 12 * 1440), quantity };
  const { body } = await world.call(getListingAvailability, town, resident, window);
  const zones = body.zones as { free: Span[] }[];
  return isFree(zones[0]?.free ?? [], span);
}

const REFUSED = ['SLOT_CONFLICT', 'RULE_VIOLATION', 'QUANTITY_INVALID'];

describe('what is shown as free can be booked, and nothing else', () => {
  it.each<[string, Scene, fc.Arbitrary<Span>]>([
    ['a hall', hall({}), anyTime],
    ['a hall and its thirds', hall({ parts: 3 }), anyTime],
    [
      'a hall with buffers that is closed at night',
      hall({ bufferMinutes: 30, opening: [['07:00', '23:00']] }),
      anyTime,
    ],
    ['a hall with buffers and its thirds', hall({ parts: 3, bufferMinutes: 60 }), anyTime],
    ['three of a kind', hall({ stock: 3, type: 'RESOURCE' }), anyTime],
    ['places for so many', hall({ stock: 5, type: 'EVENT', model: 'CAPACITY' }), anyTime],
    [
      'slots with a break, a buffer and parts',
      hall(
        {
          model: 'SLOT',
          slotMinutes: 45,
          parts: 2,
          bufferMinutes: 45,
          opening: [
            ['08:00', '12:15'],
            ['13:00', '23:00'],
          ],
        },
        slotsInARow,
      ),
      slotTime,
    ],
    ['slots day and night', hall({ model: 'SLOT', slotMinutes: 60 }, slotsInARow), anyTime],
    [
      'whole days of a house and its halves',
      hall({ model: 'ALL_DAY', parts: 2 }, wholeDays('00:00', '00:00')),
      dayTime(0, 1440),
    ],
    [
      'nights with a buffer',
      hall({ model: 'ALL_DAY', checkIn: '15:00', checkOut: '11:00', bufferMinutes: 120 }, wholeDays('15:00', '11:00')),
      dayTime(15 * 60, 1440 + 11 * 60),
    ],
    ['a package and its parts', packaged, anyTime],
  ])('%s', async (_what, scene, times) => {
    const property = fc.asyncProperty(story(times), async (wishes) => {
      const bookables = await scene();
      for (const { which, span, quantity, held } of wishes) {
        const bookable = bookables[which % bookables.length] as Bookable;
        const { listingId, zoneId, counted } = bookable;
        const count = counted ? quantity : 1;
        const shown = await isShownFree(bookable, span, count);
        const request = { listingId, zoneId, ...span, quantity: count, termsVersion: '1' };
        const explained = await world.call(explainAvailability, town, resident, request);
        const { termsVersion: _, ...wanted } = request;
        const hold = held ? await world.call(createHold, town, resident, wanted) : null;
        const holdId = hold?.ok ? { holdId: String(hold.body.id) } : {};
        // Nobody else is shown what is held, unless there are more of it.
        if (hold?.ok && !counted) expect(await isShownFree(bookable, span, count)).toBe(false);
        const reply = await world.call(createBooking, town, resident, { ...request, ...holdId });
        const codes = [hold, reply].map((each) => (each === null || each.ok ? 'yes' : (each.code ?? '')));
        expect([
          shown,
          explained.body.bookable,
          ...codes.map((code) => (REFUSED.includes(code) ? 'no' : code)),
        ]).toEqual(shown ? [true, true, 'yes', 'yes'] : [false, false, held ? 'no' : 'yes', 'no']);
      }
    });
    await fc.assert(property, { numRuns: Math.ceil(CASES / 100), seed: 4711 });
  });
});
