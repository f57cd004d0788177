import {
  addOccurrence,
  cancelBooking,
  cancelRecurringBooking,
  createRecurringBooking,
  getBookingHistory,
  getRecurringBooking,
  listRecurringBookings,
  type Occurrence,
  type RecurringBooking,
  rescheduleBooking,
  updateRecurringBooking,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { BookingWorld } from '../../testing/booking-world.js';
import type { Reply } from '../../testing/digilist-world.js';
import { buildHall, type Hall, type HallOptions } from '../../testing/hall.js';
import { statementsOf } from '../../testing/statements.js';
import { CalendarModule } from '../calendar/index.js';
import { RecurringModule } from './index.js';

let world: BookingWorld;

beforeAll(async () => {
  world = await BookingWorld.open([RecurringModule, CalendarModule]);
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const MS_A_DAY = 86_400_000;
/** The n-th day from a Monday at least a week ahead. */
const monday = Math.ceil(Date.now() / MS_A_DAY / 7 + 1) * 7 - 3;
const date = (n: number) => new Date((monday + n) * MS_A_DAY).toISOString().slice(0, 10);
const hall = (options: HallOptions = {}) => buildHall(world.digilist, world.town, options);
const seriesOf = (reply: Reply) => reply.body as unknown as RecurringBooking;
const outcomes = (occurrences: readonly Occurrence[]) => occurrences.map((each) => [each.date, each.outcome]);
const changes = (occurrences: readonly Occurrence[]) => occurrences.map((each) => [each.date, each.change]);

const weekly = (where: Hall, change: object = {}) => ({
  listingId: where.listingId,
  rule: 'FREQ=WEEKLY;COUNT=4',
  firstDate: date(0),
  startsTime: '18:00',
  endsTime: '20:00',
  termsVersion: '1',
  ...change,
});
const create = (where: Hall, change: object = {}, caller: object = {}) =>
  world.call(createRecurringBooking, weekly(where, change), caller);
const get = (id: string | null, caller: object = {}) => world.call(getRecurringBooking, { id }, caller);
const change = (series: RecurringBooking, request: object, caller: object = {}) =>
  world.call(
    updateRecurringBooking,
    { id: series.id, ...request },
    { headers: { 'if-match': `"${series.version}"` }, ...caller },
  );
const book = (where: Hall, day: number, hours: readonly [number, number], more: object = {}) =>
  world.book(where, {
    startsAt: undefined,
    endsAt: undefined,
    localStartsAt: `${date(day)}T${hours[0]}:00`,
    localEndsAt: `${date(day)}T${hours[1]}:00`,
    ...more,
  });
const counts = async (where: Hall) => {
  const [row] = await world.rows(
    `SELECT (SELECT count(*)::int FROM digilist.bookings WHERE listing_id = $1) AS bookings,
       (SELECT count(*)::int FROM digilist.recurring_bookings WHERE listing_id = $1) AS series,
       (SELECT count(*)::int FROM digilist.allocations WHERE atom_id = ANY ($2::uuid[])) AS allocations,
       (SELECT count(*)::int FROM digilist.outbox) AS told`,
    [where.listingId, where.atoms],
  );
  return row;
};

describe('a dry run', () => {
  it('says for each date what would come of it, why, what else is free and what it costs, and writes nothing', async () => {
    const where = await hall({ parts: 2 });
    expect((await book(where, 7, [19, 21], { zoneId: where.parts[0] })).ok).toBe(true);
    const before = await counts(where);
    const reply = await create(where, {
      zoneId: where.parts[0],
      rule: 'FREQ=WEEKLY;COUNT=4',
      exceptDates: [date(21)],
      extraDates: [date(2)],
      dryRun: true,
    });
    expect(reply.code).toBeUndefined();
    const series = seriesOf(reply);
    expect(series).toMatchObject({ id: null, version: null, dryRun: true, lastDate: date(21), status: 'active' });
    expect(outcomes(series.occurrences)).toEqual([
      [date(0), 'free'],
      [date(2), 'free'],
      [date(7), 'conflict'],
      [date(14), 'free'],
      [date(21), 'skipped'],
    ]);
    const taken = series.occurrences[2] as Occurrence;
    expect(taken.reasons).toMatchObject([{ code: 'SLOT_CONFLICT', details: { reason: 'occupied' } }]);
    expect(taken.alternatives.map(({ zoneId }) => zoneId)).toEqual(
      expect.arrayContaining([where.parts[1] as string, where.parts[0] as string]),
    );
    for (const { startsAt } of taken.alternatives) expect(startsAt.slice(0, 10)).toBe(date(7));
    expect(series.occurrences[0]?.price).toEqual({ amount: 100_000, currency: 'NOK' });
    expect(series.totals).toEqual({
      occurrences: 5,
      free: 3,
      placed: 0,
      conflict: 1,
      rule: 0,
      localTime: 0,
      skipped: 1,
      price: { amount: 300_000, currency: 'NOK' },
    });
    expect(await counts(where)).toEqual(before);
  });

  it('names the rules that a date would break, as a single booking would be refused', async () => {
    const where = await hall();
    const series = seriesOf(await create(where, { startsTime: '18:10', endsTime: '18:20', dryRun: true }));
    expect(series.totals).toMatchObject({ rule: 4, free: 0 });
    expect(series.occurrences[0]?.reasons.map(({ code, rule }) => [code, rule])).toEqual(
      expect.arrayContaining([
        ['RULE_VIOLATION', 'STEP'],
        ['RULE_VIOLATION', 'TOO_SHORT'],
      ]),
    );
  });
});

describe('creating a series', () => {
  it('places each date as a booking of its own, with all that a single one has, told once', async () => {
    const where = await hall();
    const reply = await create(where, { purpose: 'Trening', attendees: 20, publicTitle: 'Håndball' });
    expect(reply.code).toBeUndefined();
    const series = seriesOf(reply);
    expect(series.totals).toMatchObject({ occurrences: 4, placed: 4, price: { amount: 400_000 } });
    const ids = series.occurrences.map(({ bookingId }) => bookingId as string);
    // Recurring is one of the usual reasons to ask somebody.
    expect(series.occurrences.map(({ bookingStatus }) => bookingStatus)).toEqual(Array(4).fill('awaiting_approval'));
    expect(
      await world.rows(
        `SELECT count(*)::int AS bookings, count(DISTINCT i.id)::int AS items, count(DISTINCT t.id)::int AS terms,
           count(DISTINCT a.id)::int AS approvals, count(DISTINCT al.booking_id)::int AS held, min(b.public_title) AS title
         FROM digilist.bookings b
         JOIN digilist.booking_items i ON i.booking_id = b.id JOIN digilist.terms_acceptances t ON t.booking_id = b.id
         JOIN digilist.booking_approvals a ON a.booking_id = b.id JOIN digilist.allocations al ON al.booking_id = b.id
         WHERE b.recurring_booking_id = $1`,
        [series.id],
      ),
    ).toEqual([{ bookings: 4, items: 4, terms: 4, approvals: 4, held: 4, title: 'Håndball' }]);
    const history = (await world.call(getBookingHistory, { id: ids[0] })).body.data as { from: string; to: string }[];
    expect(history.map(({ from, to }) => [from, to])).toEqual([
      [null, 'pending'],
      ['pending', 'awaiting_approval'],
    ]);
    const told = await world.rows<{ subject: string }>(
      `SELECT subject FROM digilist.outbox WHERE payload LIKE '%' || $1 || '%' ORDER BY subject`,
      [series.id],
    );
    expect(told.map(({ subject }) => subject)).toEqual([
      `digilist.audit.${world.town.tenantId}`,
      `digilist.evt.${world.town.tenantId}.recurring-booking.${series.id}.created.v1`,
    ]);
    const notices = await world.rows(
      'SELECT event, user_id FROM digilist.notifications WHERE booking_id = ANY ($1::uuid[]) ORDER BY event',
      [ids],
    );
    expect(notices).toEqual([
      { event: 'approval.requested', user_id: world.handler },
      { event: 'bookings.requested', user_id: world.resident },
    ]);
  });

  it('is read back as it was answered', async () => {
    const where = await hall();
    const made = seriesOf(await create(where));
    const read = seriesOf(await get(made.id));
    const bare = (series: RecurringBooking) => ({
      ...series,
      occurrences: series.occurrences.map((each) => ({ ...each, change: null, alternatives: [] })),
    });
    expect(bare(read)).toEqual(bare(made));
    const page = await world.call(listRecurringBookings, { listingId: where.listingId });
    expect(page.body.data).toMatchObject([{ id: made.id, version: made.version, rule: made.rule }]);
  });

  it('books all or nothing: one date that cannot be had refuses all, and says of each why', async () => {
    const where = await hall();
    await book(where, 7, [19, 21]);
    const before = await counts(where);
    const refused = await create(where);
    expect(refused.code).toBe('SERIES_CONFLICT');
    expect(refused.body.details).toMatchObject({ dates: [date(7)] });
    expect(outcomes((refused.body.details as { occurrences: Occurrence[] }).occurrences)).toEqual([
      [date(0), 'free'],
      [date(7), 'conflict'],
      [date(14), 'free'],
      [date(21), 'free'],
    ]);
    expect(await counts(where)).toEqual(before);
  });

  it('skips what cannot be had where that is asked for, and remembers why', async () => {
    const where = await hall();
    await book(where, 7, [19, 21]);
    const made = seriesOf(await create(where, { conflictPolicy: 'SKIP_CONFLICTS' }));
    expect(made.totals).toMatchObject({ placed: 3, conflict: 1, occurrences: 4 });
    const read = seriesOf(await get(made.id));
    expect(read.occurrences[1]).toMatchObject({
      outcome: 'conflict',
      reasons: [{ code: 'SLOT_CONFLICT' }],
      bookingId: null,
    });
  });

  it('is nothing where no date at all can be had', async () => {
    const where = await hall();
    await book(where, 0, [18, 20]);
    const refused = await create(where, { rule: 'FREQ=WEEKLY;COUNT=1', conflictPolicy: 'SKIP_CONFLICTS' });
    expect(refused.code).toBe('SERIES_CONFLICT');
    expect(await counts(where)).toMatchObject({ series: 0, bookings: 1 });
  });

  it('runs through the night, and a day and a night do not get in each other’s way', async () => {
    const where = await hall();
    const made = seriesOf(await create(where, { rule: 'FREQ=DAILY;COUNT=3', startsTime: '20:00', endsTime: '20:00' }));
    expect(made.totals.placed).toBe(3);
    const [first, second] = made.occurrences as [Occurrence, Occurrence];
    expect(first.endsAt).toBe(second.startsAt);
    const buffered = await hall({ bufferMinutes: 30 });
    const crowded = seriesOf(
      await create(buffered, {
        rule: 'FREQ=DAILY;COUNT=3',
        startsTime: '20:00',
        endsTime: '20:00',
        conflictPolicy: 'SKIP_CONFLICTS',
      }),
    );
    // What is kept free around one leaves no room for the next, but for the one after it.
    expect(crowded.occurrences.map(({ outcome }) => outcome)).toEqual(['placed', 'conflict', 'placed']);
  });

  it('counts what there is more than one of', async () => {
    const where = await hall({ stock: 3, type: 'RESOURCE' });
    await book(where, 7, [18, 20], { quantity: 2 });
    const made = seriesOf(await create(where, { quantity: 2, conflictPolicy: 'SKIP_CONFLICTS' }));
    expect(made.occurrences[1]).toMatchObject({ outcome: 'conflict', reasons: [{ details: { reason: 'stock' } }] });
    expect(made.totals.placed).toBe(3);
    expect((await create(where, { quantity: 4 })).code).toBe('QUANTITY_INVALID');
  });

  it('without an end runs to the last day that may be booked, and says so', async () => {
    const where = await hall();
    await world.rows('UPDATE digilist.booking_rules SET horizon_days = 60 WHERE listing_id = $1', [where.listingId]);
    await world.rows('UPDATE digilist.listings SET version = version + 1 WHERE id = $1', [where.listingId]);
    const series = seriesOf(await create(where, { rule: 'FREQ=WEEKLY', dryRun: true }));
    expect(series.rule).toMatch(/^FREQ=WEEKLY;UNTIL=\d{8}$/);
    expect(series.totals.free).toBe(series.totals.occurrences);
    expect(series.totals.occurrences).toBeGreaterThan(4);
  });

  it('takes as many statements for fifty dates as for two', async () => {
    const where = await hall();
    await create(where, { rule: 'FREQ=WEEKLY;COUNT=1', startsTime: '06:00', endsTime: '07:00' });
    // Workflows and templates are remembered for some seconds.
    const asked = async (work: () => Promise<unknown>) =>
      (await statementsOf(work)).filter((name) => !['tenant-workflows', 'own-notification-templates'].includes(name));
    const made = (request: object) => asked(() => create(where, request));
    const few = await made({ rule: 'FREQ=WEEKLY;COUNT=2' });
    expect(await made({ rule: 'FREQ=WEEKLY;COUNT=52', startsTime: '08:00', endsTime: '10:00' })).toEqual(few);
    // Beside them one each to begin, to enter the tenant, to ask who may, and to commit.
    expect(few.length).toBeLessThanOrEqual(11);
    const changed = async (count: number, hours: readonly [string, string, string]) => {
      const [startsTime, endsTime, later] = hours;
      const series = seriesOf(await create(where, { rule: `FREQ=WEEKLY;COUNT=${count}`, startsTime, endsTime }));
      return asked(() => change(series, { startsTime: later, purpose: 'Korps' }));
    };
    const small = await changed(2, ['10:00', '12:00', '11:00']);
    expect(await changed(20, ['12:00', '14:00', '13:00'])).toEqual(small);
    expect(small.length).toBeLessThanOrEqual(13);
  });

  it.each<[string, object, string]>([
    ['a rule that is none', { rule: 'every Tuesday' }, 'RECURRENCE_INVALID'],
    ['a part that is not supported', { rule: 'FREQ=DAILY;BYHOUR=9' }, 'RECURRENCE_INVALID'],
    ['a rule that never is', { rule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' }, 'RECURRENCE_EMPTY'],
    ['a rule of which all is left out', { rule: 'FREQ=WEEKLY;COUNT=1', exceptDates: [date(0)] }, 'RECURRENCE_EMPTY'],
    ['more than a year of days', { rule: 'FREQ=DAILY;COUNT=371' }, 'RECURRENCE_TOO_LONG'],
    ['an end that never comes', { rule: 'FREQ=YEARLY;COUNT=40' }, 'RECURRENCE_TOO_LONG'],
    ['a start at the end of the day', { startsTime: '24:00' }, 'VALIDATION_FAILED'],
    ['a date that is none', { exceptDates: ['2027-02-30'] }, 'VALIDATION_FAILED'],
    ['a zone of others', { zoneId: uuidv7() }, 'ZONE_UNKNOWN'],
    ['terms that were not accepted', { termsVersion: undefined }, 'TERMS_NOT_ACCEPTED'],
    ['an organization of others', { onBehalfOfOrgId: uuidv7() }, 'ORG_NOT_MEMBER'],
    ['an unknown group', { pricingGroup: 'royalty' }, 'PRICING_GROUP_UNKNOWN'],
    ['a listing that is not there', { listingId: uuidv7() }, 'NOT_FOUND'],
  ])('refuses %s, in a dry run as in earnest', async (_what, wrong, code) => {
    const where = await hall();
    expect((await create(where, { ...wrong, dryRun: true })).code).toBe(code);
    expect((await create(where, wrong)).code).toBe(code);
    expect(await counts(where)).toMatchObject({ series: 0, bookings: 0, allocations: 0 });
  });
});

describe('both nights on which the clock is changed', () => {
  // The next ones that are ahead, in Europe and in New York; halls take bookings three years ahead.
  const nextSunday = (month: number, nth: 'last' | number) => {
    for (let year = new Date().getUTCFullYear(); ; year++) {
      const first = new Date(Date.UTC(year, month - 1, nth === 'last' ? 31 : 1));
      const toSunday = nth === 'last' ? -first.getUTCDay() : ((7 - first.getUTCDay()) % 7) + 7 * (nth - 1);
      const day = new Date(first.getTime() + toSunday * MS_A_DAY);
      if (day.getTime() > Date.now() + 30 * MS_A_DAY) return day;
    }
  };
  const text = (day: Date, plus = 0) => new Date(day.getTime() + plus * MS_A_DAY).toISOString().slice(0, 10);

  it.each([
    ['Europe/Oslo', nextSunday(3, 'last'), nextSunday(10, 'last')],
    ['America/New_York', nextSunday(3, 2), nextSunday(11, 1)],
  ])(
    '%s: wall-clock times stay, and a time that is not or is twice is told with what it could be',
    async (zone, spring, autumn) => {
      const where = await hall();
      await world.rows('UPDATE digilist.listings SET timezone = $2, version = version + 1 WHERE id = $1', [
        where.listingId,
        zone,
      ]);
      const nights = { rule: 'FREQ=DAILY;COUNT=3', startsTime: '02:30', endsTime: '04:00', dryRun: true };
      const early = zone === 'Europe/Oslo' ? nights : { ...nights, startsTime: '02:30' };
      const gone = seriesOf(await create(where, { ...early, firstDate: text(spring, -1) }));
      expect(gone.occurrences.map(({ outcome }) => outcome)).toEqual(['free', 'local_time', 'free']);
      expect(gone.occurrences[1]?.reasons).toMatchObject([
        { code: 'NONEXISTENT_LOCAL_TIME', details: { timezone: zone } },
      ]);
      const twice = seriesOf(
        await create(where, {
          ...early,
          startsTime: zone === 'Europe/Oslo' ? '02:30' : '01:30',
          firstDate: text(autumn, -1),
        }),
      );
      expect(twice.occurrences.map(({ outcome }) => outcome)).toEqual(['free', 'local_time', 'free']);
      const [reason] = (twice.occurrences[1] as Occurrence).reasons as [Occurrence['reasons'][number]];
      expect(reason.code).toBe('AMBIGUOUS_LOCAL_TIME');
      const [{ candidates }] = reason.details.times as [{ candidates: string[] }];
      expect(Date.parse(candidates[1] as string) - Date.parse(candidates[0] as string)).toBe(3_600_000);
      expect((await create(where, { ...early, dryRun: undefined, firstDate: text(spring, -1) })).code).toBe(
        'SERIES_CONFLICT',
      );
      const evenings = seriesOf(await create(where, { rule: 'FREQ=DAILY;COUNT=3', firstDate: text(spring, -1) }));
      const at = evenings.occurrences.map(({ startsAt }) => Date.parse(startsAt as string));
      expect(at.map((instant, n) => (n === 0 ? 24 : (instant - (at[n - 1] as number)) / 3_600_000))).toEqual([
        24, 23, 24,
      ]);
    },
  );
});

describe('adding a date', () => {
  it('takes back one that was skipped, one that was left out and one that was called off, and another one', async () => {
    const where = await hall();
    const other = await book(where, 7, [19, 21]);
    const made = seriesOf(await create(where, { conflictPolicy: 'SKIP_CONFLICTS', exceptDates: [date(14)] }));
    const add = (n: number, more: object = {}) => world.call(addOccurrence, { id: made.id, date: date(n), ...more });
    expect((await add(7)).code).toBe('SERIES_CONFLICT');
    expect((await world.call(cancelBooking, { id: other.body.id, reason: 'ledig' })).ok).toBe(true);
    expect(outcomes(seriesOf(await add(7, { dryRun: true })).occurrences)).toContainEqual([date(7), 'free']);
    expect((await add(7)).code).toBeUndefined();
    expect((await add(7)).code).toBe('OCCURRENCE_EXISTS');
    expect((await add(14)).code).toBeUndefined();
    const last = made.occurrences.at(-1) as Occurrence;
    await world.call(cancelBooking, { id: last.bookingId, reason: 'syk' });
    expect((await add(21)).code).toBeUndefined();
    const added = await add(23);
    expect(added.code).toBeUndefined();
    const read = seriesOf(await get(made.id));
    expect(read.version).toBe(seriesOf(added).version);
    expect(outcomes(read.occurrences)).toEqual([0, 7, 14, 21, 23].map((n) => [date(n), 'placed']));
    expect(read).toMatchObject({ exceptDates: [], extraDates: [date(23)], lastDate: date(23) });
  });
});

describe('cancelling', () => {
  it('calls off all that has not begun, but for what was changed by itself', async () => {
    const where = await hall();
    const made = seriesOf(await create(where));
    const moved = made.occurrences[1] as Occurrence;
    const elsewhere = { localStartsAt: `${date(8)}T10:00`, localEndsAt: `${date(8)}T12:00` };
    expect((await world.call(rescheduleBooking, { id: moved.bookingId, ...elsewhere })).code).toBeUndefined();
    const tried = seriesOf(await world.call(cancelRecurringBooking, { id: made.id, reason: 'slutt', dryRun: true }));
    expect(changes(tried.occurrences)).toEqual([
      [date(0), 'cancel'],
      [date(7), null],
      [date(14), 'cancel'],
      [date(21), 'cancel'],
    ]);
    const done = await world.call(cancelRecurringBooking, { id: made.id, reason: 'slutt' });
    expect(done.code).toBeUndefined();
    const read = seriesOf(await get(made.id));
    expect(read.status).toBe('cancelled');
    expect(read.version).toBe(seriesOf(done).version);
    expect(read.occurrences.map(({ bookingStatus, overridden }) => [bookingStatus, overridden])).toEqual([
      ['cancelled', false],
      ['awaiting_approval', true],
      ['cancelled', false],
      ['cancelled', false],
    ]);
    expect((await world.call(cancelRecurringBooking, { id: made.id, reason: 'igjen' })).code).toBe('INVALID_STATE');
  });

  it('from a date on leaves what comes before', async () => {
    const where = await hall();
    const made = seriesOf(await create(where));
    await world.call(cancelRecurringBooking, { id: made.id, from: date(14), reason: 'slutt' });
    const read = seriesOf(await get(made.id));
    expect(read).toMatchObject({ status: 'active', lastDate: date(7) });
    expect(read.occurrences.map(({ bookingStatus }) => bookingStatus)).toEqual([
      'awaiting_approval',
      'awaiting_approval',
      'cancelled',
      'cancelled',
    ]);
    expect((await world.call(cancelRecurringBooking, { id: made.id, from: date(30), reason: 'mer' })).code).toBe(
      'OCCURRENCE_PASSED',
    );
  });
});

describe('changing a series', () => {
  it('as a whole moves every date, and keeps what was changed by itself and what was called off', async () => {
    const where = await hall();
    const made = seriesOf(await create(where, { rule: 'FREQ=WEEKLY;COUNT=5' }));
    const id = (n: number) => made.occurrences[n]?.bookingId;
    await world.call(rescheduleBooking, {
      id: id(1),
      localStartsAt: `${date(8)}T10:00`,
      localEndsAt: `${date(8)}T12:00`,
    });
    await world.call(cancelBooking, { id: id(2), reason: 'syk' });
    const now = seriesOf(await get(made.id));
    const tried = seriesOf(await change(now, { startsTime: '17:00', endsTime: '19:00', dryRun: true }));
    const done = await change(now, { startsTime: '17:00', endsTime: '19:00' });
    expect(done.code).toBeUndefined();
    expect(changes(tried.occurrences)).toEqual(changes(seriesOf(done).occurrences));
    expect(changes(tried.occurrences)).toEqual([
      [date(0), 'move'],
      [date(7), 'keep'],
      [date(14), null],
      [date(21), 'move'],
      [date(28), 'move'],
    ]);
    const read = seriesOf(await get(made.id));
    expect(read.version).toBe(seriesOf(done).version);
    expect(read.id).toBe(made.id);
    expect(read.occurrences.map(({ bookingId }) => bookingId)).toEqual([0, 1, 2, 3, 4].map(id));
    expect(read.occurrences[1]?.startsAt?.slice(0, 10)).toBe(date(8));
    expect((await change(made, { startsTime: '16:00' })).code).toBe('STALE_VERSION');
  });

  it('this and all that follow becomes a series of its own, in step with the one before', async () => {
    const where = await hall();
    const made = seriesOf(await create(where, { rule: 'FREQ=WEEKLY;INTERVAL=2;COUNT=4' }));
    const done = await change(made, { from: date(20), startsTime: '19:00', endsTime: '21:00' });
    expect(done.code).toBeUndefined();
    const next = seriesOf(done);
    expect(next).toMatchObject({ continues: made.id, firstDate: date(28), rule: 'FREQ=WEEKLY;INTERVAL=2;COUNT=2' });
    expect(changes(next.occurrences)).toEqual([
      [date(28), 'move'],
      [date(42), 'move'],
    ]);
    const old = seriesOf(await get(made.id));
    expect(outcomes(old.occurrences)).toEqual([
      [date(0), 'placed'],
      [date(14), 'placed'],
    ]);
    expect(old.version as number).toBeGreaterThan(made.version as number);
    expect(seriesOf(await get(next.id)).version).toBe(next.version);
  });

  it('to another rule calls off, places and keeps by date', async () => {
    const where = await hall();
    const made = seriesOf(await create(where));
    const done = await change(made, { rule: 'FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4' });
    expect(done.code).toBeUndefined();
    expect(changes(seriesOf(done).occurrences)).toEqual([
      [date(0), 'keep'],
      [date(2), 'place'],
      [date(7), 'keep'],
      [date(9), 'place'],
      [date(14), 'cancel'],
      [date(21), 'cancel'],
    ]);
  });

  it('that cannot be had at one date changes nothing, all or nothing', async () => {
    const where = await hall();
    const made = seriesOf(await create(where));
    const other = await book(where, 7, [16, 17]);
    const before = await counts(where);
    const refused = await change(made, { startsTime: '16:00', endsTime: '18:00' });
    expect(refused.code).toBe('SERIES_CONFLICT');
    expect(refused.body.details).toMatchObject({ dates: [date(7)] });
    expect(await counts(where)).toEqual(before);
    expect(seriesOf(await get(made.id)).version).toBe(made.version);
    expect(other.ok).toBe(true);
  });

  it('leaves a booking where it is when its new time cannot be had and that is asked for', async () => {
    const where = await hall();
    const made = seriesOf(await create(where));
    await book(where, 7, [16, 17]);
    const done = seriesOf(
      await change(made, { startsTime: '16:00', endsTime: '18:00', conflictPolicy: 'SKIP_CONFLICTS' }),
    );
    expect(changes(done.occurrences)).toEqual([
      [date(0), 'move'],
      [date(7), 'keep'],
      [date(14), 'move'],
      [date(21), 'move'],
    ]);
    expect(done.occurrences[1]).toMatchObject({ overridden: true, reasons: [{ code: 'SLOT_CONFLICT' }] });
    expect(done.occurrences[1]?.startsAt).toBe(made.occurrences[1]?.startsAt);
  });

  it('a day further moves each to where another of them was', async () => {
    const where = await hall();
    const made = seriesOf(await create(where, { rule: 'FREQ=DAILY;COUNT=3', startsTime: '12:00', endsTime: '12:00' }));
    const done = await change(made, { startsTime: '18:00', endsTime: '18:00' });
    expect(done.code).toBeUndefined();
    expect(changes(seriesOf(done).occurrences).map(([, kind]) => kind)).toEqual(['move', 'move', 'move']);
  });

  it('tells of itself without moving or pricing anything anew', async () => {
    const where = await hall();
    const made = seriesOf(await create(where));
    await world.rows('UPDATE digilist.pricing_rules SET amount = amount * 2 WHERE listing_id = $1', [where.listingId]);
    const done = seriesOf(await change(made, { purpose: 'Korps' }));
    expect(changes(done.occurrences).map(([, kind]) => kind)).toEqual(Array(4).fill('update'));
    const read = seriesOf(await get(made.id));
    expect(read.totals.price).toEqual(made.totals.price);
    expect(read).toMatchObject({ purpose: 'Korps', version: done.version });
  });
});

describe('who may', () => {
  it('is the booker and those who run the listing; for others it is not there', async () => {
    const where = await hall();
    const made = seriesOf(await create(where));
    const stranger = { by: await world.person('resident', 'user') };
    for (const reply of [
      await get(made.id, stranger),
      await change(made, { purpose: 'min' }, { ...stranger, headers: { 'if-match': `"${made.version}"` } }),
      await world.call(cancelRecurringBooking, { id: made.id, reason: 'min' }, stranger),
      await world.call(addOccurrence, { id: made.id, date: date(2) }, stranger),
    ])
      expect(reply.code).toBe('NOT_FOUND');
    expect((await world.call(listRecurringBookings, {}, stranger)).body.data).toEqual([]);
    expect((await get(made.id, { by: world.handler })).code).toBeUndefined();
  });
});
