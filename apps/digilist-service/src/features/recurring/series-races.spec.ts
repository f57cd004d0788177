import { createRecurringBooking, type RecurringBooking, updateRecurringBooking } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { brokenInvariants } from '../../database/invariants.js';
import { BookingWorld } from '../../testing/booking-world.js';
import type { Reply } from '../../testing/digilist-world.js';
import { buildHall, type Hall } from '../../testing/hall.js';
import { RecurringModule } from './index.js';

// Many at once for the same hall: nobody waits in a circle, and nobody gets what somebody else has.

let world: BookingWorld;

beforeAll(async () => {
  world = await BookingWorld.open([RecurringModule]);
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const MS_A_DAY = 86_400_000;
/** Fifty where there is time. */
const ROUNDS = process.env.LAW_CASES ? 50 : 20;
const RACERS = 8;
const firstDay = Math.ceil(Date.now() / MS_A_DAY) + 7;
const date = (n: number) => new Date((firstDay + n) * MS_A_DAY).toISOString().slice(0, 10);
const hour = (n: number) => `${String(n).padStart(2, '0')}:00`;
const seriesOf = (reply: Reply) => reply.body as unknown as RecurringBooking;

const create = (hall: Hall, change: object) =>
  world.call(createRecurringBooking, {
    listingId: hall.listingId,
    rule: 'FREQ=DAILY;COUNT=6',
    firstDate: date(0),
    startsTime: '18:00',
    endsTime: '20:00',
    termsVersion: '1',
    ...change,
  });

const deadlocks = async () => {
  const [row] = await world.rows<{ deadlocks: number }>(
    'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
  );
  return row?.deadlocks;
};

/** Nobody fails but for what somebody else has. */
const requireHonest = (replies: readonly Reply[]) =>
  expect(
    replies.filter(({ code }) => code !== undefined && !['SERIES_CONFLICT', 'SLOT_CONFLICT'].includes(code)),
  ).toEqual([]);

describe('at the same time', () => {
  it('of series for the same dates exactly one is booked, whole; of those that go crosswise none overlap', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const hall = await buildHall(world.digilist, world.town, { parts: 2 });
      const alike = round % 2 === 0;
      const replies = await Promise.all(
        Array.from({ length: RACERS }, (_, at) =>
          create(hall, {
            zoneId: alike || at % 3 === 0 ? hall.whole : hall.parts[at % 2],
            // Crosswise: from another day on, at other hours, so that each has what another wants.
            ...(!alike && { firstDate: date(at % 4), startsTime: hour(16 + (at % 3)), endsTime: hour(19 + (at % 3)) }),
          }),
        ),
      );
      requireHonest(replies);
      const won = replies.filter(({ ok }) => ok);
      if (alike) expect(won).toHaveLength(1);
      for (const { body } of won) expect((body as unknown as RecurringBooking).totals.placed).toBe(6);
    }
    expect(await deadlocks()).toBe(0);
    expect(await brokenInvariants((text) => world.rows(text))).toEqual([]);
  }, 300_000);

  it('series and single bookings never have the same time', async () => {
    for (let round = 0; round < ROUNDS / 5; round++) {
      const hall = await buildHall(world.digilist, world.town, { parts: 2 });
      const replies = await Promise.all(
        Array.from({ length: RACERS }, (_, at) =>
          at % 2 === 0
            ? create(hall, { zoneId: hall.whole, conflictPolicy: at % 4 === 0 ? 'SKIP_CONFLICTS' : 'ALL_OR_NOTHING' })
            : world.book(hall, {
                zoneId: hall.parts[at % 2],
                startsAt: undefined,
                endsAt: undefined,
                localStartsAt: `${date(at % 6)}T19:00`,
                localEndsAt: `${date(at % 6)}T21:00`,
              }),
        ),
      );
      requireHonest(replies);
    }
    expect(await deadlocks()).toBe(0);
    expect(await brokenInvariants((text) => world.rows(text))).toEqual([]);
  }, 120_000);

  it('of changes of the same series one is made, and two series that want each other’s time both have one', async () => {
    for (let round = 0; round < ROUNDS / 5; round++) {
      const hall = await buildHall(world.digilist, world.town, {});
      const [morning, evening] = [
        seriesOf(await create(hall, { startsTime: '08:00', endsTime: '10:00' })),
        seriesOf(await create(hall, { startsTime: '18:00', endsTime: '20:00' })),
      ];
      const change = (series: RecurringBooking, from: number) =>
        world.call(
          updateRecurringBooking,
          { id: series.id, startsTime: hour(from), endsTime: hour(from + 2) },
          { headers: { 'if-match': `"${series.version}"` } },
        );
      const replies = await Promise.all([
        change(morning, 18),
        change(evening, 8),
        ...Array.from({ length: RACERS - 2 }, () => change(morning, 12)),
      ]);
      const codes = replies.map(({ code }) => code);
      expect(
        codes.filter((code) => code !== undefined && code !== 'SERIES_CONFLICT' && code !== 'STALE_VERSION'),
      ).toEqual([]);
      expect(replies.slice(2).filter(({ ok }) => ok).length).toBeLessThanOrEqual(1);
    }
    expect(await deadlocks()).toBe(0);
    expect(await brokenInvariants((text) => world.rows(text))).toEqual([]);
  }, 120_000);
});
