import {
  addOccurrence,
  archiveListing,
  type BookingQuota,
  cancelRecurringBooking,
  createBlock,
  createBookingLink,
  createBookingQuota,
  createCalendarFeed,
  createRecurringBooking,
  createRuleTemplate,
  explainAvailability,
  exportBookings,
  getListingCalendar,
  listBookings,
  MAX_CALENDAR_FEEDS,
  putPackageItems,
  type RecurringBooking,
  rescheduleBooking,
  retireBookingQuota,
  retireRuleTemplate,
  startMaintenance,
  updateBlock,
  updateBookingQuota,
  updateRecurringBooking,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cursorOf } from '@kit/contracts';
import { stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { BookingWorld, bodyOf, day } from '../testing/booking-world.js';
import type { Reply } from '../testing/digilist-world.js';
import { buildHall, type HallOptions } from '../testing/hall.js';
import { BlocksModule } from './blocks/index.js';
import { BookingsModule } from './bookings/index.js';
import { ExplainModule } from './explain/index.js';
import { feedsModule } from './feeds/index.js';
import { ListingsModule } from './listings/index.js';
import { PackagesModule } from './packages/index.js';
import { PublicCalendarModule } from './public-calendar/index.js';
import { RecurringModule } from './recurring/index.js';
import { RulesModule } from './rules/index.js';

/* What somebody finds who looks for more than is theirs, or for what breaks: across the features. */

let world: BookingWorld;
let manager: string;

beforeAll(async () => {
  world = await BookingWorld.open([
    ListingsModule,
    RulesModule,
    BookingsModule,
    RecurringModule,
    BlocksModule,
    PackagesModule,
    ExplainModule,
    PublicCalendarModule,
    feedsModule({ publicUrl: 'https://booking.example.no' }),
  ]);
  manager = await world.person('manager', 'tenant');
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const hall = (options: HallOptions = {}) => buildHall(world.digilist, world.town, options);
const ifMatch = (version: number | string | null) => ({ 'if-match': `"${version}"` });
const firstError = (reply: Reply) => (reply.body.errors as { path: string; code: string }[] | undefined)?.[0];

describe('a package of one organization that contains a hall of another', () => {
  const both = async () => {
    const theirs = await hall();
    const parcel = await hall({
      model: 'PACKAGE',
      orgId: world.town.otherOrgId,
      components: [{ listingId: theirs.listingId, zoneId: theirs.whole }],
    });
    const { id } = bodyOf(await world.book(theirs, { purpose: 'KANARI' }));
    const secrets = ['KANARI', 'Kari Nordmann', world.resident, id];
    const told = async (by: string) => {
      const window = { id: parcel.listingId, from: day(0, 0), to: day(1, 0) };
      const wish = { listingId: parcel.listingId, startsAt: day(0, 10), endsAt: day(0, 12) };
      const answers = [
        await world.call(getListingCalendar, window, { by }),
        await world.call(explainAvailability, wish, { by }),
      ];
      return answers.map(({ body }) => secrets.filter((secret) => JSON.stringify(body).includes(secret)));
    };
    return { told };
  };

  it('tells the staff of the one when it is taken, and not who has the hall of the other', async () => {
    const { told } = await both();
    expect(await told(await world.person('caretaker', 'org', { orgId: world.town.otherOrgId }))).toEqual([[], []]);
  });

  it('tells who, to those who may know it of everything in it', async () => {
    const { told } = await both();
    const [calendar, explanation] = await told(await world.person('caretaker', 'tenant'));
    expect(calendar).toContain('Kari Nordmann');
    expect(explanation).toContain(world.resident);
  });

  it('cannot be used to find out about drafts', async () => {
    const parcel = await hall({ model: 'PACKAGE' });
    const draft = await hall({ orgId: world.town.otherOrgId, status: 'draft' });
    const by = await world.person('manager', 'org', { orgId: world.town.orgId });
    const put = (listingId: string, quantity: number) =>
      world.call(
        putPackageItems,
        { id: parcel.listingId, items: [{ listingId, quantity }] },
        { by, headers: ifMatch(1) },
      );
    const nowhere = await put(uuidv7(), 3);
    expect(firstError(nowhere)?.code).toBe('UNKNOWN');
    for (const quantity of [1, 3]) expect((await put(draft.listingId, quantity)).body).toEqual(nowhere.body);
  });
});

describe('a quota that names listings of another organization', () => {
  it('is changed and taken back only by who may change the rules of all of them', async () => {
    const theirs = await hall({ orgId: world.town.otherOrgId });
    const terms = { name: { nb: 'Treninger' }, per: 'person', measure: 'bookings', most: 5, period: 'year' };
    const named = { ...terms, orgId: world.town.orgId, listingIds: [theirs.listingId] };
    const { id } = (await world.call(createBookingQuota, named, { by: manager })).body as unknown as BookingQuota;
    const by = await world.person('manager', 'org', { orgId: world.town.orgId });
    const headers = ifMatch(1);
    expect((await world.call(updateBookingQuota, { ...terms, id, most: 1 }, { by, headers })).code).toBe('FORBIDDEN');
    expect((await world.call(retireBookingQuota, { id }, { by })).code).toBe('FORBIDDEN');
    expect((await world.call(retireBookingQuota, { id }, { by: manager })).ok).toBe(true);
  });
});

describe('times that the calendar cannot hold', () => {
  it('are refused where a block reaches them by repeating', async () => {
    const { listingId } = await hall();
    const block = (rule: string) => {
      const time = { startsAt: '2126-12-01T08:00:00Z', endsAt: '2126-12-01T09:00:00Z' };
      return world.call(createBlock, { listingId, ...time, reason: 'other', rule }, { by: manager });
    };
    for (const rule of ['FREQ=DAILY;COUNT=100', 'FREQ=YEARLY;COUNT=20']) {
      const reply = await block(rule);
      expect([reply.code, firstError(reply)?.code]).toEqual(['RECURRENCE_INVALID', 'OUT_OF_RANGE']);
    }
    expect((await block('FREQ=DAILY;COUNT=10')).ok).toBe(true);
  });

  it.each(['0001-01-01', '1999-12-31', '2126-12-28', '2127-01-01', '9999-12-30'])(
    'are refused where a series begins on or reaches them: %s',
    async (firstDate) => {
      const { listingId } = await hall();
      const series = { listingId, firstDate, startsTime: '22:00', endsTime: '02:00', termsVersion: '1', dryRun: true };
      const extraDates = ['9999-12-31'];
      for (const rule of [{ rule: 'FREQ=DAILY;COUNT=5' }, { rule: 'FREQ=DAILY;COUNT=2', extraDates }])
        expect((await world.call(createRecurringBooking, { ...series, ...rule })).code).toBe('INVALID_INTERVAL');
    },
  );
});

describe('what is refused is told', () => {
  it('of a block of a listing that is archived', async () => {
    const { listingId } = await hall();
    const time = { startsAt: day(0), endsAt: day(1) };
    const { body } = await world.call(createBlock, { listingId, ...time, reason: 'other' }, { by: manager });
    expect((await world.call(archiveListing, { id: listingId }, { by: manager })).ok).toBe(true);
    const change = { id: body.id, endsAt: day(2) };
    const reply = await world.call(updateBlock, change, { by: manager, headers: ifMatch(1) });
    expect(reply.code).toBe('LISTING_INVALID_STATE');
  });

  it('of what has changed since it was read, wherever a version may be named', async () => {
    const { listingId, ...at } = await hall();
    const booking = bodyOf(await world.book({ listingId, ...at }));
    const terms = { firstDate: day(1).slice(0, 10), startsTime: '18:00', endsTime: '20:00', termsVersion: '1' };
    const rule = 'FREQ=WEEKLY;COUNT=2';
    const series = (await world.call(createRecurringBooking, { listingId, rule, ...terms })).body;
    const name = { nb: 'Regler' };
    const { orgId } = world.town;
    const template = (await world.call(createRuleTemplate, { orgId, name, rules: {} }, { by: manager })).body;
    const limits = { per: 'person', measure: 'bookings', most: 5, period: 'year', listingIds: [listingId] };
    const quota = (await world.call(createBookingQuota, { orgId, name, ...limits }, { by: manager })).body;
    const headers = ifMatch(99);
    for (const [operation, request, by] of [
      [createBookingLink, { id: booking.id }, world.resident],
      [addOccurrence, { id: series.id, date: day(3).slice(0, 10) }, world.resident],
      [retireRuleTemplate, { id: template.id }, manager],
      [retireBookingQuota, { id: quota.id }, manager],
    ] as const)
      expect((await world.call(operation, request, { by, headers })).code).toBe('STALE_VERSION');
  });
});

it('a long reason for maintenance is cut between characters', async () => {
  const { listingId } = await hall();
  const window = { id: listingId, from: day(0), to: day(1), bookings: 'cancel' };
  const publicReason = `${'x'.repeat(299)}😀 og mer`;
  const { body } = await world.call(startMaintenance, { ...window, publicReason }, { by: manager });
  expect(body.block).toMatchObject({ publicNote: { nb: 'x'.repeat(299) } });
});

it('a series of which only what was changed by itself is left can be called off', async () => {
  const { listingId } = await hall();
  const date = (n: number) => day(n).slice(0, 10);
  const terms = { rule: 'FREQ=WEEKLY;COUNT=3', startsTime: '18:00', endsTime: '20:00', termsVersion: '1' };
  const made = await world.call(createRecurringBooking, { listingId, firstDate: date(0), ...terms });
  const { id, occurrences } = made.body as unknown as RecurringBooking;
  const moved = { id: occurrences[0]?.bookingId, startsAt: day(0, 8), endsAt: day(0, 9) };
  expect((await world.call(rescheduleBooking, moved)).ok).toBe(true);
  const version = (made.body.version as number) + 1;
  const left = await world.call(updateRecurringBooking, { id, exceptDates: [date(0)] }, { headers: ifMatch(version) });
  expect(left.code).toBeUndefined();
  const called = await world.call(cancelRecurringBooking, { id, from: date(7), reason: 'Slutt' });
  expect(called.body).toMatchObject({ status: 'cancelled' });
});

it('links to calendars are counted, also when many are made at once', async () => {
  const by = await world.person('resident', 'user');
  const made = await Promise.all(
    Array.from({ length: MAX_CALENDAR_FEEDS + 10 }, () => world.call(createCalendarFeed, { kind: 'personal' }, { by })),
  );
  expect(made.filter(({ ok }) => ok)).toHaveLength(MAX_CALENDAR_FEEDS);
});

it('a list is asked for by whatever filters, one after the other', async () => {
  const at = await hall();
  const { id, zoneId } = bodyOf(await world.book(at));
  const { listingId } = at;
  const all = { status: ['confirmed'], listingId, zoneId, onBehalfOfOrgId: world.town.clubId, recurringBookingId: id };
  const window = { from: day(0, 0), to: day(1, 0) };
  const replies: Reply[] = [];
  for (const request of [
    { ...all, from: window.from },
    { ...all, ...window },
    { ...all, to: window.to },
  ])
    for (const operation of [listBookings, exportBookings])
      for (const page of [{}, { cursor: cursorOf(id) }])
        replies.push(await world.call(operation, { ...request, ...page }));
  for (const cursor of [undefined, cursorOf(day(0), id)])
    for (const request of [
      { ...all, from: window.from },
      { ...all, ...window },
      { ...all, to: window.to },
    ])
      replies.push(await world.call(listBookings, { ...request, sort: 'startsAt', ...(cursor && { cursor }) }));
  expect(replies.map(({ code }) => code).filter((code) => code !== undefined)).toEqual([]);
});
