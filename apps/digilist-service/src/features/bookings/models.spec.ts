import {
  type CreateBooking,
  createBooking,
  createListing,
  createQuote,
  getListingAvailability,
  type ListingAvailability,
  publishListing,
} from '@digilist/contracts';
import { stopPostgres } from '@kit/testing';
import type { Reply } from '../../testing/digilist-world.js';
import { on, PlacingWorld, TUESDAY, utc } from '../../testing/placing-world.js';
import { CalendarModule } from '../calendar/index.js';
import { ListingsModule } from '../listings/index.js';
import { PricingModule } from '../pricing/index.js';
import { RulesModule } from '../rules/index.js';
import { BookingsModule } from './index.js';

let place: PlacingWorld;

beforeAll(async () => {
  place = await PlacingWorld.open([ListingsModule, RulesModule, PricingModule, CalendarModule, BookingsModule]);
});
afterAll(async () => {
  await place?.world.close();
  await stopPostgres();
});

const book = (listingId: string, request: Partial<CreateBooking>, headers = {}) =>
  place.as(place.kari, createBooking, { listingId, ...request }, headers);
const between = (listingId: string, startsAt: string, endsAt: string) => book(listingId, { startsAt, endsAt });
const rulesOf = ({ body }: Reply) => (body.details as { rules: { code: string; nearest?: object[] }[] }).rules;
const shownFree = async (id: string, from: string, to: string) => {
  const { body } = await place.as(null, getListingAvailability, { id, from, to });
  return (body as unknown as ListingAvailability).zones[0]?.free.map(({ startsAt, endsAt }) => [startsAt, endsAt]);
};

/** Booked by the day, free of charge and open every day. */
async function cabin(more: object = {}): Promise<string> {
  const { manager } = place;
  const { id } = await manager.listing({ bookingModel: 'ALL_DAY', paymentPolicy: 'FREE', ...more });
  await manager.opening(id, [{ kind: 'weekly', opens: '00:00', closes: '24:00' }]);
  await manager.rules(id, { maxDurationMinutes: 3 * 1440 });
  await manager.must(publishListing, { id });
  return id;
}

describe('a listing with slots', () => {
  it('is booked by one slot or several in a row, and shows those that are free one by one', async () => {
    const id = await place.manager.hall({ bookingModel: 'SLOT', slotMinutes: 90 });
    expect((await between(id, on('09:30'), on('12:30'))).ok).toBe(true);
    expect(await shownFree(id, on('00:00'), on('15:00'))).toEqual([
      [utc(on('08:00')), utc(on('09:30'))],
      [utc(on('12:30')), utc(on('14:00'))],
    ]);
  });

  it('refuses anything else, and names the nearest slots', async () => {
    const id = await place.manager.hall({ bookingModel: 'SLOT', slotMinutes: 90 });
    const refused = await between(id, on('10:00'), on('11:30'));
    expect(refused.code).toBe('RULE_VIOLATION');
    expect(rulesOf(refused)).toEqual([
      {
        code: 'NOT_WHOLE_SLOTS',
        slotMinutes: 90,
        nearest: [
          { startsAt: utc(on('09:30')), endsAt: utc(on('11:00')) },
          { startsAt: utc(on('11:00')), endsAt: utc(on('12:30')) },
          { startsAt: utc(on('08:00')), endsAt: utc(on('09:30')) },
        ],
      },
    ]);
    for (const nearest of rulesOf(refused)[0]?.nearest ?? []) expect((await book(id, nearest)).ok).toBe(true);
  });

  it('offers as many slots in a row as were taken', async () => {
    const id = await place.manager.hall({ bookingModel: 'SLOT', slotMinutes: 60 });
    await between(id, on('10:00'), on('12:00'));
    const lost = await between(id, on('11:00'), on('13:00'));
    expect(lost.code).toBe('SLOT_CONFLICT');
    const { alternatives, reason } = lost.body.details as { alternatives: object[]; reason: string };
    expect(reason).toBe('occupied');
    expect(alternatives).toEqual(
      ['12:00', '13:00', '08:00'].map((start) => ({
        startsAt: utc(on(start)),
        endsAt: utc(on(`${String(Number(start.slice(0, 2)) + 2).padStart(2, '0')}:00`)),
      })),
    );
  });
});

describe('a listing booked by the day', () => {
  it('is booked for whole days of its own clock, whatever their length', async () => {
    const id = await cabin();
    expect((await between(id, on('00:00'), on('00:00', 2))).ok).toBe(true);
    expect((await between(id, on('00:00', 1), on('00:00', 2))).code).toBe('SLOT_CONFLICT');
    const refused = await between(id, on('10:00', 3), on('18:00', 3));
    expect(rulesOf(refused).map(({ code }) => code)).toEqual(['NOT_WHOLE_DAYS']);
    expect(rulesOf(refused)[0]?.nearest).toContainEqual({ startsAt: utc(on('00:00', 3)), endsAt: utc(on('00:00', 4)) });
  });

  it('counts days for the longest stay and the price, also where the clock is changed', async () => {
    const id = await cabin({ checkInTime: '15:00', checkOutTime: '11:00' });
    await place.manager.prices(id, [
      { name: { nb: 'Døgn' }, unit: 'day', amount: { amount: 80_000, currency: 'NOK' } },
    ]);
    // The last Sunday of October: the night before it is 21 hours from check-in to check-out.
    const night = (() => {
      const sunday = new Date(Date.UTC(new Date().getUTCFullYear() + 1, 9, 31));
      while (sunday.getUTCDay() !== 0) sunday.setUTCDate(sunday.getUTCDate() - 1);
      return (days: number) => new Date(sunday.getTime() + days * 86_400_000).toISOString().slice(0, 10);
    })();
    const three = await book(id, { localStartsAt: `${night(-2)}T15:00`, localEndsAt: `${night(1)}T11:00` });
    expect(three.body).toMatchObject({ price: { net: { amount: 240_000 } } });
    const four = await book(id, { localStartsAt: `${night(2)}T15:00`, localEndsAt: `${night(6)}T11:00` });
    expect(rulesOf(four).map(({ code }) => code)).toEqual(['TOO_LONG']);
    // Whoever leaves in the morning makes room for whoever comes in the afternoon.
    const next = await book(id, { localStartsAt: `${night(1)}T15:00`, localEndsAt: `${night(2)}T11:00` });
    expect(next.code).toBeUndefined();
  });

  it('is closed on days on which it does not open', async () => {
    const id = await cabin();
    await place.manager.opening(id, [
      { kind: 'weekly', weekdays: ['MO', 'TU', 'TH'], opens: '00:00', closes: '24:00' },
    ]);
    const refused = await between(id, on('00:00'), on('00:00', 3));
    expect(rulesOf(refused)).toMatchObject([
      { code: 'OUTSIDE_OPENING_HOURS', date: utc(on('12:00', 1)).slice(0, 10), open: [] },
    ]);
    expect(await shownFree(id, on('00:00'), on('00:00', 3))).toEqual([
      [utc(on('00:00')), utc(on('00:00', 1))],
      [utc(on('00:00', 2)), utc(on('00:00', 3))],
    ]);
  });

  it('alone has times to come and to go, and none that no day has', async () => {
    const listing = (more: object) =>
      place.manager.call(createListing, {
        orgId: place.town.orgId,
        type: 'SPACE',
        bookingModel: 'ALL_DAY',
        name: { nb: 'Hytta' },
        ...more,
      });
    expect((await listing({ bookingModel: 'TIME_RANGE', checkInTime: '15:00' })).code).toBe('LISTING_INVALID_TYPE');
    expect((await listing({ checkInTime: '24:00' })).code).toBe('VALIDATION_FAILED');
    expect((await listing({ checkOutTime: '00:00' })).code).toBe('VALIDATION_FAILED');
  });
});

describe('a time by the clock of the listing', () => {
  it('is booked and quoted like the instants it means, where the listing is, not where its owner is', async () => {
    const id = await place.manager.hall({ timezone: 'Europe/London' });
    const when = { localStartsAt: `${TUESDAY}T08:00`, localEndsAt: `${TUESDAY}T10:00` };
    const instants = { startsAt: `${TUESDAY}T08:00:00.000Z`, endsAt: `${TUESDAY}T10:00:00.000Z` };
    expect((await place.as(place.kari, createQuote, { listingId: id, ...when })).body).toMatchObject(instants);
    expect((await book(id, when)).body).toMatchObject({ ...instants, total: { amount: 125_000 } });
    expect((await between(id, on('08:00'), on('09:00'))).code).toBe('RULE_VIOLATION');
  });

  it.each([
    [
      'is refused with both instants where it occurs twice',
      '2027-10-31T02:30',
      '2027-10-31T04:00',
      'AMBIGUOUS_LOCAL_TIME',
    ],
    [
      'is refused with the nearest ones where it is skipped',
      '2027-03-28T02:30',
      '2027-03-28T04:00',
      'NONEXISTENT_LOCAL_TIME',
    ],
  ])('%s', async (_what, localStartsAt, localEndsAt, code) => {
    const id = await place.manager.hall();
    for (const operation of [createBooking, createQuote]) {
      const refused = await place.as(place.kari, operation, { listingId: id, localStartsAt, localEndsAt });
      expect(refused.code).toBe(code);
      const [time] = (refused.body.details as { times: { path: string; candidates: string[] }[] }).times;
      expect(time).toMatchObject({ path: 'localStartsAt', candidates: [expect.any(String), expect.any(String)] });
    }
  });

  it('is said in one way only', async () => {
    const id = await place.manager.hall();
    const both = { startsAt: on('10:00'), endsAt: on('12:00'), localStartsAt: `${TUESDAY}T10:00` };
    expect((await book(id, both)).code).toBe('VALIDATION_FAILED');
    expect((await book(id, {})).code).toBe('VALIDATION_FAILED');
  });
});
