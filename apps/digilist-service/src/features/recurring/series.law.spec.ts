import {
  addOccurrence,
  cancelBooking,
  cancelRecurringBooking,
  createRecurringBooking,
  getRecurringBooking,
  type Occurrence,
  type RecurringBooking,
  rescheduleBooking,
  updateRecurringBooking,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import fc from 'fast-check';
import { BookingWorld } from '../../testing/booking-world.js';
import type { Reply } from '../../testing/digilist-world.js';
import { buildHall, type Hall } from '../../testing/hall.js';
import { RecurringModule } from './index.js';

// The law of series: what a dry run says is what happens, and nothing else happens to anybody.

const CASES = Number(process.env.LAW_CASES ?? 500);
/** Steps of one story, each of them a case. */
const STEPS = 8;
const MS_A_DAY = 86_400_000;

let world: BookingWorld;

beforeAll(async () => {
  world = await BookingWorld.open([RecurringModule]);
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const firstDay = Math.ceil(Date.now() / MS_A_DAY) + 10;
const date = (n: number) => new Date((firstDay + n) * MS_A_DAY).toISOString().slice(0, 10);
const hour = (n: number) => `${String(n).padStart(2, '0')}:00`;

const rule = fc.oneof(
  fc
    .record({
      days: fc.uniqueArray(fc.constantFrom('MO', 'TU', 'TH', 'SA'), { minLength: 1 }),
      count: fc.integer({ min: 1, max: 7 }),
    })
    .map(({ days, count }) => `FREQ=WEEKLY;BYDAY=${days.join(',')};COUNT=${count}`),
  fc
    .record({ interval: fc.integer({ min: 1, max: 3 }), count: fc.integer({ min: 1, max: 7 }) })
    .map(({ interval, count }) => `FREQ=DAILY;INTERVAL=${interval};COUNT=${count}`),
  fc.integer({ min: 1, max: 3 }).map((count) => `FREQ=MONTHLY;BYDAY=2TU,-1FR;COUNT=${count}`),
);
const policy = fc.constantFrom('ALL_OR_NOTHING', 'SKIP_CONFLICTS');
const start = fc.integer({ min: 6, max: 21 });
const length = fc.integer({ min: 1, max: 5 });
const day = fc.integer({ min: 0, max: 20 });
const zone = fc.nat({ max: 3 });
const quantity = fc.integer({ min: 1, max: 3 });

/** What may happen to a series, and beside it. */
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      from: fc.option(day),
      rule: fc.option(rule, { freq: 1 }),
      start: fc.option(start),
      length,
      zone: fc.option(zone, { freq: 1 }),
      quantity: fc.option(quantity, { freq: 1 }),
      purpose: fc.option(fc.constantFrom('Korps', 'Turn')),
      policy,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('override' as const), at: fc.nat({ max: 6 }), start, length }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('call off' as const), at: fc.nat({ max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('begin' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('add' as const), day }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('other' as const), day, start, length, zone, quantity }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('end' as const), from: fc.option(day), includeOverridden: fc.boolean() }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Row extends Record<string, unknown> {
  id: string;
  series: string | null;
  status: string;
  overridden: boolean;
  begun: boolean;
  row: string;
}

/** Every booking of a hall, word for word; which series one belongs to is told apart, for one may go over to the next. */
const rowsOf = (hall: Hall) =>
  world.rows<Row>(
    `SELECT b.id, b.recurring_booking_id AS series, b.status, b.overridden, b.starts_at <= now() AS begun,
       (to_jsonb(b) - 'recurring_booking_id')::text || coalesce((SELECT string_agg(a.during::text || a.status, ' ' ORDER BY a.id)
         FROM digilist.allocations a WHERE a.tenant_id = b.tenant_id AND a.booking_id = b.id AND a.active), '') AS row
     FROM digilist.bookings b WHERE b.listing_id = $1`,
    [hall.listingId],
  );

const HOLDING = ['pending', 'awaiting_payment', 'awaiting_approval', 'confirmed'];

/** A series may touch its own bookings that hold their time, have not begun and were not changed by themselves. No other. */
function requireUntouched(
  before: readonly Row[],
  after: readonly Row[],
  seriesId: string | null,
  overridden = false,
): void {
  const now = new Map(after.map((row) => [row.id, row.row]));
  for (const row of before) {
    const its =
      row.series === seriesId && HOLDING.includes(row.status) && !row.begun && (overridden || !row.overridden);
    if (!its) expect(now.get(row.id)).toBe(row.row);
  }
}

const essence = (occurrences: readonly Occurrence[]) =>
  occurrences.map(({ date: on, startsAt, endsAt, outcome, change, reasons, price, overridden }) => ({
    on,
    startsAt,
    endsAt,
    outcome: outcome === 'placed' ? 'free' : outcome,
    change,
    reasons: reasons.map(({ code, rule: broken }) => [code, broken]),
    price,
    overridden,
  }));

/** Asks first, then does it: the answers agree, whether it is done or refused. */
async function asSaid(ask: (dryRun: true | undefined) => Promise<Reply>): Promise<RecurringBooking | null> {
  const said = await ask(true);
  const done = await ask(undefined);
  if (!said.ok) {
    expect(done.code).toBe(said.code);
    return null;
  }
  const plan = said.body as unknown as RecurringBooking;
  const { occurrences } = done.ok
    ? (done.body as unknown as RecurringBooking)
    : (done.body.details as unknown as RecurringBooking);
  expect([done.code, done.body.detail]).toEqual([done.ok ? undefined : 'SERIES_CONFLICT', undefined]);
  const known = new Set(occurrences.map((each) => each.date));
  expect(essence(occurrences)).toEqual(essence(plan.occurrences.filter((each) => known.has(each.date))));
  if (!done.ok) return null;
  const series = done.body as unknown as RecurringBooking;
  const { occurrences: all, free, placed, conflict, rule: broken, localTime, skipped } = series.totals;
  expect(free).toBe(0);
  expect(placed + conflict + broken + localTime + skipped).toBe(all);
  const read = (await world.call(getRecurringBooking, { id: series.id })).body as unknown as RecurringBooking;
  expect([read.version, read.totals]).toEqual([series.version, series.totals]);
  return series;
}

async function live(
  hall: Hall & { stock: number },
  series: RecurringBooking,
  { kind, ...what }: Step,
): Promise<RecurringBooking> {
  const zones = [hall.whole, ...hall.parts];
  const zoneOf = (n: number) => zones[n % zones.length] as string;
  const counted = hall.parts.length === 0 && hall.stock > 1;
  const times = (from: number, hours: number) => ({ startsTime: hour(from), endsTime: hour((from + hours) % 24) });
  const booked = series.occurrences.filter(({ bookingId }) => bookingId !== null);
  const own = (n: number) => booked[n % Math.max(booked.length, 1)];
  const before = await rowsOf(hall);
  const reread = async () =>
    (await world.call(getRecurringBooking, { id: series.id })).body as unknown as RecurringBooking;
  if (kind === 'change') {
    const {
      from,
      rule: other,
      start: begins,
      length: hours,
      zone: at,
      quantity: many,
      purpose,
      policy: how,
    } = what as Extract<Step, { kind: 'change' }>;
    const wanted = {
      ...(from !== null && { from: date(from) }),
      ...(other !== null && { rule: other }),
      ...(begins !== null && times(begins, hours)),
      ...(at !== null && { zoneId: zoneOf(at) }),
      ...(many !== null && counted && { quantity: many }),
      ...(purpose !== null && { purpose }),
      conflictPolicy: how,
    };
    const headers = { 'if-match': `"${series.version}"` };
    const changed = await asSaid((dryRun) =>
      world.call(updateRecurringBooking, { id: series.id, ...wanted, dryRun }, { headers }),
    );
    requireUntouched(before, await rowsOf(hall), series.id);
    return changed ?? (await reread());
  }
  if (kind === 'end') {
    const { from, includeOverridden } = what as Extract<Step, { kind: 'end' }>;
    const request = { id: series.id, reason: 'slutt', includeOverridden, ...(from !== null && { from: date(from) }) };
    const ended = await asSaid((dryRun) => world.call(cancelRecurringBooking, { ...request, dryRun }));
    requireUntouched(before, await rowsOf(hall), series.id, includeOverridden);
    return ended ?? (await reread());
  }
  if (kind === 'add') {
    const added = await asSaid((dryRun) =>
      world.call(addOccurrence, { id: series.id, date: date((what as { day: number }).day), dryRun }),
    );
    requireUntouched(before, await rowsOf(hall), null);
    return added ?? (await reread());
  }
  if (kind === 'other') {
    const { day: n, start: begins, length: hours, zone: at, quantity: many } = what as Extract<Step, { kind: 'other' }>;
    const ends = begins + hours;
    await world.book(hall, {
      startsAt: undefined,
      endsAt: undefined,
      localStartsAt: `${date(n)}T${hour(begins)}`,
      localEndsAt: `${date(ends >= 24 ? n + 1 : n)}T${hour(ends % 24)}`,
      zoneId: zoneOf(at),
      quantity: counted ? many : 1,
    });
    requireUntouched(before, await rowsOf(hall), null);
  } else if (kind === 'begin') {
    const first = booked.find(
      ({ bookingStatus, overridden }) => HOLDING.includes(String(bookingStatus)) && !overridden,
    );
    if (first) await begin(first.bookingId as string);
  } else {
    const { at, start: begins = 6, length: hours = 1 } = what as { at: number; start?: number; length?: number };
    const occurrence = own(at);
    if (occurrence && kind === 'call off') await world.call(cancelBooking, { id: occurrence.bookingId, reason: 'syk' });
    if (occurrence && kind === 'override') {
      const ends = Math.min(begins + hours, 23);
      const time = {
        localStartsAt: `${occurrence.date}T${hour(begins)}`,
        localEndsAt: `${occurrence.date}T${hour(ends)}`,
      };
      await world.call(rescheduleBooking, { id: occurrence.bookingId, ...time });
    }
  }
  return reread();
}

/** Its time has come: as if a week or two had passed for this booking alone. */
let past = 0;
async function begin(id: string): Promise<void> {
  past++;
  const [from, until] = [`now() - interval '${past * 2} hours'`, `now() - interval '${past * 2 - 1} hours'`];
  await world.rows(`DELETE FROM digilist.allocations WHERE booking_id = $1 AND buffer`, [id]);
  await world.rows(
    `UPDATE digilist.allocations SET during = tstzrange(${from}, ${until}) WHERE booking_id = $1 AND active`,
    [id],
  );
  await world.rows(
    `UPDATE digilist.bookings b SET starts_at = a.starts_at, ends_at = a.ends_at FROM digilist.allocations a
     WHERE b.id = $1 AND a.booking_id = b.id AND a.active`,
    [id],
  );
}

const beginning = fc.record({
  rule,
  start,
  length,
  zone,
  quantity,
  policy,
  except: fc.option(day),
  extra: fc.option(day),
});

describe('a series does what it said, and touches nothing that is not its own', () => {
  it.each([
    ['in a hall', {}, 'Europe/Oslo'],
    ['in a hall and its thirds', { parts: 3 }, 'Europe/Oslo'],
    ['with buffers, in another zone than the town', { parts: 2, bufferMinutes: 60 }, 'Pacific/Auckland'],
    ['of what there are three of', { stock: 3, type: 'RESOURCE' }, 'America/New_York'],
  ])(
    '%s',
    async (_what, options, timezone) => {
      const story = fc.tuple(beginning, fc.array(step, { minLength: STEPS - 1, maxLength: STEPS - 1 }));
      const property = fc.asyncProperty(story, async ([first, steps]) => {
        const built = await buildHall(world.digilist, world.town, { ...options, pricePerHour: 10_000 });
        await world.rows('UPDATE digilist.listings SET timezone = $2, version = version + 1 WHERE id = $1', [
          built.listingId,
          timezone,
        ]);
        const hall = { ...built, stock: 'stock' in options ? 3 : 1 };
        const zones = [hall.whole, ...hall.parts];
        const request = {
          listingId: hall.listingId,
          zoneId: zones[first.zone % zones.length],
          rule: first.rule,
          firstDate: date(0),
          startsTime: hour(first.start),
          endsTime: hour((first.start + first.length) % 24),
          conflictPolicy: first.policy,
          quantity: 'stock' in options ? first.quantity : 1,
          exceptDates: first.except === null ? [] : [date(first.except)],
          extraDates: first.extra === null ? [] : [date(first.extra)],
          termsVersion: '1',
        };
        let series = await asSaid((dryRun) => world.call(createRecurringBooking, { ...request, dryRun }));
        for (const each of steps) if (series) series = await live(hall, series, each);
      });
      // Each step is tried twice, as a dry run and in earnest.
      await fc.assert(property, { numRuns: Math.ceil(CASES / STEPS / 8), seed: 5545 });
    },
    CASES * 2_000,
  );
});
