import {
  archiveListing,
  createBlock,
  createBooking,
  createHold,
  createQuote,
  explainAvailability,
  getListing,
  getListingAvailability,
  getListingCalendar,
  getPackageItems,
  listBookings,
  listListings,
  listRecurringBookings,
  listZones,
  searchAvailability,
  startMaintenance,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { BlocksModule } from '../features/blocks/index.js';
import { CalendarModule } from '../features/calendar/index.js';
import { ExplainModule } from '../features/explain/index.js';
import { HoldsModule } from '../features/holds/index.js';
import { ListingsModule } from '../features/listings/index.js';
import { PackagesModule } from '../features/packages/index.js';
import { PricingModule } from '../features/pricing/index.js';
import { PublicCalendarModule } from '../features/public-calendar/index.js';
import { RecurringModule } from '../features/recurring/index.js';
import { SearchModule } from '../features/search/index.js';
import { BookingWorld, day } from '../testing/booking-world.js';
import type { Reply } from '../testing/digilist-world.js';
import { buildHall, type Hall } from '../testing/hall.js';
import { statementsOf } from '../testing/statements.js';

// Whatever there is much of, an operation asks the database as often as where there is little.

const DAYS = 400;
const FEW = { parts: 2, bookings: 1, components: 1 };
const MANY = { parts: 12, bookings: 24, components: 6 };

interface Place {
  hall: Hall;
  bundle: Hall;
}

let world: BookingWorld;
let manager: string;
let few: Place;
let many: Place;
let nextDay = 30;

/** A hall that is booked on the same days, in each of its parts in turn; and a package of other halls. */
async function place({ parts, bookings, components }: typeof FEW): Promise<Place> {
  const build = (options: object) => buildHall(world.digilist, world.town, options);
  const hall = await build({ parts });
  const rooms = await Promise.all(Array.from({ length: components }, () => build({})));
  const bundle = await build({
    model: 'PACKAGE',
    type: 'EVENT',
    components: rooms.map(({ listingId, whole }) => ({ listingId, zoneId: whole })),
  });
  for (let n = 0; n < bookings; n++) {
    const hour = 8 + Math.floor(n / parts);
    const time = { startsAt: day(1, hour), endsAt: day(1, hour + 1) };
    expect((await world.book(hall, { ...time, zoneId: hall.parts[n % parts] })).ok).toBe(true);
  }
  return { hall, bundle };
}

beforeAll(async () => {
  world = await BookingWorld.open([
    ...[ListingsModule, CalendarModule, PublicCalendarModule, PricingModule, PackagesModule],
    ...[HoldsModule, ExplainModule, SearchModule, RecurringModule, BlocksModule],
  ]);
  manager = await world.person('manager', 'tenant');
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

type Work = (place: Place) => Promise<Reply>;
const by =
  (operation: unknown, request: (place: Place) => object): Work =>
  (at) =>
    world.call(operation, request(at));
const managed =
  (operation: unknown, request: (place: Place) => object): Work =>
  (at) =>
    world.call(operation, request(at), { by: manager });
const window = { from: day(0, 0), to: day(14, 0) };
const free = () => {
  nextDay += 1;
  expect(nextDay).toBeLessThan(DAYS);
  return { startsAt: day(nextDay, 10), endsAt: day(nextDay, 12) };
};
const taken = { startsAt: day(1, 8), endsAt: day(1, 9) };
const ofHall = ({ hall }: Place) => ({ listingId: hall.listingId, zoneId: hall.whole });
const ofListing = ({ hall }: Place) => ({ listingId: hall.listingId });
const ofBundle = ({ bundle }: Place) => ({ listingId: bundle.listingId });
const search = { q: 'idrettshall', freeFrom: day(1, 8), freeTo: day(1, 20), minDuration: 60, facets: true };
const calledOff = { bookings: 'cancel', publicReason: 'Hallen rives' };

const OPERATIONS: [string, Work][] = [
  ['a search by words for what is free', by(listListings, () => search)],
  ['a list of listings with when each is free next', by(listListings, () => ({ nextFree: true, limit: 50 }))],
  ['a search for free zones', by(searchAvailability, () => ({ from: window.from, to: day(1, 0), limit: 50 }))],
  ['a listing', by(getListing, ({ hall }) => ({ id: hall.listingId }))],
  ['its zones', by(listZones, ({ hall }) => ({ id: hall.listingId }))],
  ['when it is free', by(getListingAvailability, ({ hall }) => ({ id: hall.listingId, ...window }))],
  ['when it is taken', by(getListingCalendar, ({ hall }) => ({ id: hall.listingId, ...window, closed: true }))],
  ['when a package is free', by(getListingAvailability, ({ bundle }) => ({ id: bundle.listingId, ...window }))],
  ['what a package consists of', by(getPackageItems, ({ bundle }) => ({ id: bundle.listingId }))],
  ['why a time cannot be had, and what could', by(explainAvailability, (at) => ({ ...ofHall(at), ...taken }))],
  ['a list of bookings', by(listBookings, ({ hall }) => ({ listingId: hall.listingId, limit: 200 }))],
  ['a list of series', by(listRecurringBookings, () => ({ limit: 200 }))],
  ['a quote', by(createQuote, (at) => ({ ...ofHall(at), ...free() }))],
  ['a hold', by(createHold, (at) => ({ ...ofHall(at), ...free() }))],
  ['a booking of everything', by(createBooking, (at) => ({ ...ofHall(at), ...free(), termsVersion: '1' }))],
  ['a booking of a package', by(createBooking, (at) => ({ ...ofBundle(at), ...free(), termsVersion: '1' }))],
  ['a block', managed(createBlock, (at) => ({ ...ofListing(at), ...free(), reason: 'cleaning' }))],
  ['what maintenance would do', managed(startMaintenance, ({ hall }) => ({ id: hall.listingId, dryRun: true }))],
  [
    'the archive, which calls everything off',
    managed(archiveListing, ({ hall }) => ({ id: hall.listingId, ...calledOff })),
  ],
];
/** Remembered for some seconds, by each process. */
const REMEMBERED = ['tenant-workflows', 'own-notification-templates'];

describe('as many statements for many rows as for few', () => {
  const counted: Record<string, string[]> = {};

  async function count(work: Work, at: Place): Promise<string[]> {
    let reply: Reply | undefined;
    const names = await statementsOf(async () => {
      reply = await work(at);
    });
    if (!reply?.ok) throw new Error(JSON.stringify(reply?.body));
    return names.filter((name) => !REMEMBERED.includes(name));
  }
  /** The first one fills what a process remembers of a listing. */
  const twice = async (name: string, work: Work, at: Place) => {
    if (!name.startsWith('the archive')) await count(work, at);
    return count(work, at);
  };

  beforeAll(async () => {
    few = await place(FEW);
    for (const [name, work] of OPERATIONS) counted[name] = await twice(name, work, few);
    many = await place(MANY);
  }, 120_000);

  it.each(OPERATIONS)('%s', async (name, work) => {
    const names = await twice(name, work, many);
    expect(names).toEqual(counted[name]);
    expect(names.length).toBeGreaterThan(0);
  });
});
