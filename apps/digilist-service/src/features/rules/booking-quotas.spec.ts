import {
  type BookingQuota,
  cancelBooking,
  createBookingQuota,
  getBookingQuota,
  getBookingRules,
  listBookingQuotas,
  rescheduleBooking,
  retireBookingQuota,
  updateBookingQuota,
} from '@digilist/contracts';
import { stopPostgres } from '@kit/testing';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { brokenInvariants } from '../../database/invariants.js';
import { BookingWorld, bodyOf, day, detailsOf } from '../../testing/booking-world.js';
import type { Reply } from '../../testing/digilist-world.js';
import { buildHall, type Hall } from '../../testing/hall.js';
import { BookingsModule } from '../bookings/index.js';
import { ListingsModule } from '../listings/index.js';
import { RulesModule } from './index.js';

/** A case is a booking that is tried. */
const CASES = Number(process.env.LAW_CASES ?? 500) / 5;
const STEPS = 20;
const PATIENCE_MS = 60_000 + CASES * 1_000;
const OSLO = 'Europe/Oslo';

let world: BookingWorld;
let manager: string;

beforeAll(async () => {
  world = await BookingWorld.open([ListingsModule, RulesModule, BookingsModule]);
  manager = await world.person('manager', 'tenant');
});
afterAll(async () => {
  expect(await brokenInvariants((text) => world.rows(text))).toEqual([]);
  await world?.close();
  await stopPostgres();
});

const hall = (options: object = {}) => buildHall(world.digilist, world.town, { paymentPolicy: 'FREE', ...options });
const as = (by: string, headers: Record<string, string> = {}) => ({ by, headers });
const quotaOf = (reply: Reply) => {
  if (!reply.ok) throw new Error(JSON.stringify(reply.body));
  return reply.body as unknown as BookingQuota;
};
const limit = async (more: object = {}, by = manager): Promise<BookingQuota> =>
  quotaOf(await world.call(createBookingQuota, { ...TERMS, orgId: world.town.orgId, ...more }, as(by)));
const TERMS = {
  name: { nb: 'Treninger', en: 'Practice' },
  per: 'person',
  measure: 'bookings',
  most: 2,
  period: 'active',
};
const versionOf = async ({ listingId }: Hall): Promise<number> => {
  const [row] = await world.rows<{ version: number }>('SELECT version FROM digilist.listings WHERE id = $1', [
    listingId,
  ]);
  return row?.version as number;
};
const rulesOf = (reply: Reply) => detailsOf(reply).rules as { code: string; used?: number; quotaId?: string }[];

describe('a quota', () => {
  it('holds for the listings it names together, and is read, changed and ended', async () => {
    const [one, two, other] = await Promise.all([hall(), hall(), hall()]);
    const quota = await limit({ listingIds: [one.listingId, two.listingId] });
    expect(quota).toMatchObject({ ...TERMS, status: 'active', listings: 2, version: 1, firstDate: null });
    expect([await versionOf(one), await versionOf(two), await versionOf(other)]).toEqual([2, 2, 1]);
    expect(quotaOf(await world.call(getBookingQuota, { id: quota.id }, as(manager)))).toEqual(quota);
    const { body } = await world.call(listBookingQuotas, { listingId: one.listingId }, as(manager));
    expect((body.data as BookingQuota[]).map(({ id }) => id)).toEqual([quota.id]);
    const shown = await world.call(getBookingRules, { id: one.listingId });
    expect(shown.body.quotas).toMatchObject([{ id: quota.id, most: 2, per: 'person' }]);

    const change = { id: quota.id, ...TERMS, most: 1 };
    expect((await world.call(updateBookingQuota, change, as(manager))).code).toBe('PRECONDITION_REQUIRED');
    const changed = await world.call(updateBookingQuota, change, as(manager, { 'if-match': '"1"' }));
    expect(quotaOf(changed)).toMatchObject({ most: 1, version: 2 });
    expect((await world.call(updateBookingQuota, change, as(manager, { 'if-match': '"1"' }))).code).toBe(
      'STALE_VERSION',
    );

    expect((await world.book(one)).ok).toBe(true);
    expect(rulesOf(await world.book(two))).toMatchObject([{ code: 'QUOTA_EXCEEDED', quotaId: quota.id, used: 1 }]);
    expect((await world.book(other)).ok).toBe(true);

    const retired = await world.call(retireBookingQuota, { id: quota.id }, as(manager));
    expect(quotaOf(retired)).toMatchObject({ status: 'retired', listings: 0, version: 3 });
    expect((await world.book(two)).ok).toBe(true);
    expect((await world.call(retireBookingQuota, { id: quota.id }, as(manager))).code).toBe('RULE_RETIRED');
    const again = await world.call(updateBookingQuota, change, as(manager, { 'if-match': '"3"' }));
    expect(again.code).toBe('RULE_RETIRED');
  });

  it('of an organization holds for all of its listings, those to come included', async () => {
    const sport = await hall({ orgId: world.town.subOrgId });
    const quota = await limit({ orgId: world.town.subOrgId, listingIds: undefined, most: 1 });
    expect(quota).toMatchObject({ listingIds: null, listings: 1 });
    const late = await hall({ orgId: world.town.subOrgId });
    expect((await world.book(sport)).ok).toBe(true);
    expect((await world.book(late)).code).toBe('RULE_VIOLATION');
    await world.call(retireBookingQuota, { id: quota.id }, as(manager));
  });

  it('is refused with everything that contradicts itself', async () => {
    const refused = async (more: object) => {
      const { code, body } = await world.call(
        createBookingQuota,
        { ...TERMS, orgId: world.town.orgId, ...more },
        as(manager),
      );
      return [code, ...(body.errors as { path: string; code: string }[]).map((error) => `${error.path} ${error.code}`)];
    };
    expect(await refused({ period: 'season', listingIds: [] })).toEqual([
      'RULES_INVALID',
      'firstDate REQUIRED',
      'listingIds EMPTY',
    ]);
    expect(await refused({ firstDate: '2027-01-01', lastDate: '2027-02-01' })).toEqual([
      'RULES_INVALID',
      'firstDate NOT_A_SEASON',
    ]);
    expect(await refused({ period: 'season', firstDate: '2027-02-01', lastDate: '2027-01-01' })).toEqual([
      'RULES_INVALID',
      'lastDate AFTER_FIRST',
    ]);
  });

  it('is written only by who manages the organization and every listing it names', async () => {
    const { town } = world;
    const elsewhere = await hall({ orgId: town.otherOrgId });
    const own = await hall({ orgId: town.subOrgId });
    const leader = await world.person('manager', 'org', { orgId: town.subOrgId });
    const tried = (more: object) => world.call(createBookingQuota, { ...TERMS, ...more }, as(leader));
    expect((await tried({ orgId: town.otherOrgId })).code).toBe('FORBIDDEN');
    expect((await tried({ orgId: town.subOrgId, listingIds: [own.listingId, elsewhere.listingId] })).code).toBe(
      'FORBIDDEN',
    );
    expect((await tried({ orgId: town.subOrgId, listingIds: [own.listingId, world.resident] })).code).toBe('NOT_FOUND');
    const theirs = await limit({ orgId: town.otherOrgId, listingIds: [elsewhere.listingId] });
    expect((await world.call(getBookingQuota, { id: theirs.id }, as(leader))).code).toBe('NOT_FOUND');
    const change = { id: theirs.id, ...TERMS };
    expect((await world.call(updateBookingQuota, change, as(leader, { 'if-match': '"1"' }))).code).toBe('FORBIDDEN');
    expect((await world.call(retireBookingQuota, { id: theirs.id }, as(leader))).code).toBe('FORBIDDEN');
    const { body } = await world.call(listBookingQuotas, { orgId: town.otherOrgId }, as(leader));
    expect(body.data).toEqual([]);
  });
});

describe('bookings under a quota', () => {
  it('are refused together with every other rule, in words that say what to do', async () => {
    const place = await hall();
    await limit({ listingIds: [place.listingId], most: 1, period: 'week' });
    expect((await world.book(place, { startsAt: day(0, 8), endsAt: day(0, 9) })).ok).toBe(true);
    const refused = await world.book(
      place,
      { startsAt: day(0, 10), endsAt: day(0, 10).replace(':00:00', ':15:00') },
      { headers: { 'accept-language': 'en' } },
    );
    expect(refused.code).toBe('RULE_VIOLATION');
    const errors = refused.body.errors as { code: string; message: string }[];
    expect(errors.map(({ code }) => code)).toEqual(['STEP', 'TOO_SHORT', 'QUOTA_EXCEEDED']);
    expect(errors[2]?.message).toMatch(/^Practice: at most 1 booking a week, of which 1 booking is used\./);
  });

  it('count again what was cancelled as free, and what somebody books for a club as the club’s', async () => {
    const place = await hall();
    const { clubId } = world.town;
    await world.member(world.resident, clubId);
    await limit({ listingIds: [place.listingId], most: 1 });
    await limit({ listingIds: [place.listingId], most: 1, per: 'organization' });
    const own = await world.book(place, { startsAt: day(0, 8), endsAt: day(0, 9) });
    const clubs = { startsAt: day(0, 10), endsAt: day(0, 11), onBehalfOfOrgId: clubId };
    expect((await world.book(place, clubs)).ok).toBe(true);
    expect((await world.book(place, { startsAt: day(0, 12), endsAt: day(0, 13) })).code).toBe('RULE_VIOLATION');
    expect((await world.book(place, { ...clubs, startsAt: day(1, 10), endsAt: day(1, 11) })).code).toBe(
      'RULE_VIOLATION',
    );
    const { id } = bodyOf(own);
    await world.call(cancelBooking, { id, reason: 'Syk' });
    expect((await world.book(place, { startsAt: day(0, 12), endsAt: day(0, 13) })).ok).toBe(true);
  });

  it('do not count drafts, and count them when they are submitted', async () => {
    const place = await hall();
    await limit({ listingIds: [place.listingId], most: 1 });
    const draft = { startsAt: day(0, 8), endsAt: day(0, 9), draft: true };
    expect((await world.book(place, draft)).ok).toBe(true);
    expect((await world.book(place, { startsAt: day(0, 10), endsAt: day(0, 11) })).ok).toBe(true);
    expect((await world.book(place, { ...draft, startsAt: day(0, 12), endsAt: day(0, 13) })).code).toBe(
      'RULE_VIOLATION',
    );
  });

  it('that move count where they go, and not where they were', async () => {
    const place = await hall();
    await limit({ listingIds: [place.listingId], most: 1, period: 'day' });
    const first = bodyOf(await world.book(place, { startsAt: day(0, 8), endsAt: day(0, 9) }));
    expect((await world.book(place, { startsAt: day(1, 8), endsAt: day(1, 9) })).ok).toBe(true);
    const move = (version: number, at: number, hour: number) =>
      world.call(
        rescheduleBooking,
        { id: first.id, startsAt: day(at, hour), endsAt: day(at, hour + 1) },
        { headers: { 'if-match': `"${version}"` } },
      );
    expect(rulesOf(await move(first.version, 1, 12))).toMatchObject([{ code: 'QUOTA_EXCEEDED', used: 1 }]);
    expect((await move(first.version, 0, 12)).ok).toBe(true);
    expect((await move(first.version + 1, 2, 12)).ok).toBe(true);
    expect((await world.book(place, { startsAt: day(0, 8), endsAt: day(0, 9) })).ok).toBe(true);
  });

  it.each([
    ['person', 10],
    ['organization', 10],
  ] as const)('per %s: of fifty at once exactly %i are taken, and nobody waits in a circle', async (per, most) => {
    const halls = await Promise.all([hall(), hall(), hall()]);
    const listingIds = halls.map(({ listingId }) => listingId);
    await limit({ listingIds, per, most, period: 'year' });
    await limit({ listingIds, per, most: most * 60, measure: 'minutes', period: 'active' });
    const onBehalfOfOrgId = world.town.clubId;
    const members = await Promise.all(Array.from({ length: 3 }, () => world.person('resident', 'user')));
    await Promise.all(members.map((member) => world.member(member, onBehalfOfOrgId)));
    const first = `${new Date().getUTCFullYear() + 1}-03-01T08:00:00Z`;
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, n) => {
        const starts = Date.parse(first) + Math.floor(n / 3) * 3_600_000;
        const request = {
          startsAt: new Date(starts).toISOString(),
          endsAt: new Date(starts + 3_600_000).toISOString(),
          ...(per === 'organization' && { onBehalfOfOrgId }),
        };
        const by = per === 'person' ? world.resident : (members[n % 3] as string);
        return world.book(halls[n % 3] as Hall, request, { by });
      }),
    );
    const outcomes = replies.map(({ code }) => code ?? 'taken').sort();
    expect(outcomes).toEqual([...Array(50 - most).fill('RULE_VIOLATION'), ...Array(most).fill('taken')]);
    const [{ count } = { count: -1 }] = await world.rows<{ count: number }>(
      'SELECT count(*)::int AS count FROM digilist.bookings WHERE listing_id = ANY ($1)',
      [listingIds],
    );
    expect(count).toBe(most);
  });

  it(
    'are let in exactly as a naive count lets them, whatever was booked and cancelled before',
    async () => {
      const periods = fc.constantFrom('day', 'week', 'month', 'year', 'active', 'season');
      const terms = fc.record({
        per: fc.constantFrom('person', 'organization'),
        measure: fc.constantFrom('bookings', 'minutes'),
        most: fc.integer({ min: 1, max: 4 }),
        period: periods,
      });
      const step = fc.record({
        hall: fc.nat({ max: 1 }),
        // Around the turn of the year, and at night: on both sides of midnight by UTC and by the wall.
        day: fc.integer({ min: 0, max: 12 }),
        halfHour: fc.integer({ min: 0, max: 47 }),
        halfHours: fc.integer({ min: 1, max: 6 }),
        club: fc.boolean(),
        cancel: fc.boolean(),
      });
      const story = fc.record({
        quotas: fc.array(terms, { minLength: 1, maxLength: 3 }),
        steps: fc.array(step, { minLength: STEPS, maxLength: STEPS }),
      });
      const year = new Date().getUTCFullYear() + 1;
      await world.member(world.resident, world.town.clubId).catch(() => undefined);
      const property = fc.asyncProperty(story, async ({ quotas, steps }) => {
        const halls = await Promise.all([hall(), hall()]);
        const season = { firstDate: `${year}-12-28`, lastDate: `${year + 1}-01-02` };
        for (const quota of quotas) {
          const amount = quota.measure === 'minutes' ? quota.most * 60 : quota.most;
          const dates = quota.period === 'season' ? season : {};
          await limit({ ...quota, most: amount, ...dates, listingIds: halls.map(({ listingId }) => listingId) });
        }
        const booked: { id: string; starts: number; minutes: number; club: boolean }[] = [];
        for (const { hall: at, day: offset, halfHour, halfHours, club, cancel } of steps) {
          const last = booked.at(-1);
          if (cancel && last) {
            const { ok } = await world.call(cancelBooking, { id: last.id, reason: 'Nei' });
            expect(ok).toBe(true);
            booked.pop();
          }
          const starts = Date.UTC(year, 11, 26 + offset) + halfHour * 1_800_000;
          const minutes = halfHours * 30;
          const request = {
            startsAt: new Date(starts).toISOString(),
            endsAt: new Date(starts + minutes * 60_000).toISOString(),
            ...(club && { onBehalfOfOrgId: world.town.clubId }),
          };
          const room = quotas.every((quota) => {
            if ((quota.per === 'organization') !== club) return true;
            if (periodName(quota.period, starts, season) === null) return true;
            const same = booked.filter(
              (other) =>
                other.club === club &&
                periodName(quota.period, other.starts, season) === periodName(quota.period, starts, season),
            );
            const sum = (of: { minutes: number }[]) =>
              quota.measure === 'bookings' ? of.length : of.reduce((all, each) => all + each.minutes, 0);
            return sum([...same, { minutes }]) <= (quota.measure === 'minutes' ? quota.most * 60 : quota.most);
          });
          const reply = await world.book(halls[at] as Hall, request);
          // Somebody may have the hall already: that is found out after the rules.
          const outcome = reply.ok ? 'taken' : reply.code === 'SLOT_CONFLICT' ? 'in the way' : reply.code;
          if (room) expect(['taken', 'in the way']).toContain(outcome);
          else expect(outcome).toBe('RULE_VIOLATION');
          if (reply.ok) booked.push({ id: bodyOf(reply).id, starts, minutes, club });
        }
      });
      await fc.assert(property, { numRuns: Math.ceil(CASES / STEPS), seed: 20261122 });
    },
    PATIENCE_MS,
  );
});

/** The period that an instant lies in, by its name: told by another calendar than the one under test. */
function periodName(period: string, instant: number, season: { firstDate: string; lastDate: string }): string | null {
  const date = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(OSLO).toPlainDate();
  if (period === 'day') return date.toString();
  if (period === 'week') return `${date.yearOfWeek} ${date.weekOfYear}`;
  if (period === 'month') return date.toPlainYearMonth().toString();
  if (period === 'year') return String(date.year);
  if (period === 'active') return 'active';
  return season.firstDate <= date.toString() && date.toString() <= season.lastDate ? 'season' : null;
}
