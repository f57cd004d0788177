import {
  type BookingRules,
  cancelBooking,
  createRuleTemplate,
  getBookingRules,
  getListing,
  getRuleTemplate,
  listRuleTemplates,
  putBookingRules,
  type RuleTemplate,
  rescheduleBooking,
  retireRuleTemplate,
  updateRuleTemplate,
} from '@digilist/contracts';
import { eventually, stopPostgres } from '@kit/testing';
import { settle } from '../../platform/testing/platform-stand-in.js';
import { BookingWorld, bodyOf, day } from '../../testing/booking-world.js';
import type { Reply } from '../../testing/digilist-world.js';
import { buildHall, type Hall } from '../../testing/hall.js';
import { statementsOf } from '../../testing/statements.js';
import { BookingsModule } from '../bookings/index.js';
import { ListingsModule } from '../listings/index.js';
import { RulesModule } from './index.js';

let world: BookingWorld;
let manager: string;
let leader: string;

beforeAll(async () => {
  world = await BookingWorld.open([ListingsModule, RulesModule, BookingsModule]);
  manager = await world.person('manager', 'tenant');
  leader = await world.person('manager', 'org', { orgId: world.town.subOrgId });
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const hall = (options: object = {}) => buildHall(world.digilist, world.town, { paymentPolicy: 'FREE', ...options });
const as = (by: string, headers: Record<string, string> = {}) => ({ by, headers });
const done = <T>(reply: Reply): T => {
  if (!reply.ok) throw new Error(JSON.stringify(reply.body));
  return reply.body as T;
};
const write = async (rules: object, more: object = {}, by = manager): Promise<RuleTemplate> =>
  done(await world.call(createRuleTemplate, { name: { nb: 'Haller' }, rules, ...more }, as(by)));
const rewrite = (id: string, version: number, rules: object, by = manager) =>
  world.call(updateRuleTemplate, { id, name: { nb: 'Haller' }, rules }, as(by, { 'if-match': `"${version}"` }));
const put = async ({ listingId }: Hall, rules: object, by = manager) => {
  const [row] = await world.rows<{ version: number }>('SELECT version FROM digilist.listings WHERE id = $1', [
    listingId,
  ]);
  return world.call(putBookingRules, { id: listingId, ...rules }, as(by, { 'if-match': `"${row?.version}"` }));
};
const rulesOf = async ({ listingId }: Hall): Promise<BookingRules> =>
  done(await world.call(getBookingRules, { id: listingId }));
const fromOf = ({ origins }: BookingRules) => Object.fromEntries(origins.map(({ field, from }) => [field, from]));
/** Anybody at all, told by PLATFORM. */
const born = async (birthDate: string | null): Promise<string> => {
  const { userId } = await settle(
    world.digilist.platform,
    world.town,
    { role: 'resident', scope: 'user' },
    { birthDate },
  );
  await eventually(async () => {
    const known = `SELECT FROM digilist.platform_user_roles g JOIN digilist.platform_users u ON u.id = g.user_id WHERE u.id = $1`;
    if ((await world.rows(known, [userId])).length !== 1) throw new Error('not projected yet');
  });
  return userId;
};
const codesOf = (reply: Reply) => (reply.body.errors as { code: string }[] | undefined)?.map(({ code }) => code) ?? [];

describe('a rule template', () => {
  it('gives a listing what the listing does not set itself, and says what comes from where', async () => {
    const place = await hall();
    const template = await write({ minAge: 18, leadMinutes: 60, horizonDays: 90 });
    expect(template).toMatchObject({ orgId: null, status: 'active', listings: 0, version: 1 });
    const kept = done<BookingRules>(await put(place, { templateId: template.id, leadMinutes: 0 }));
    expect(kept).toMatchObject({
      templateId: template.id,
      minAge: 18,
      leadMinutes: 0,
      horizonDays: 90,
      stepMinutes: 30,
    });
    expect(fromOf(kept)).toMatchObject({ minAge: 'template', leadMinutes: 'listing', stepMinutes: 'default' });
    expect(await rulesOf(place)).toEqual(kept);
    expect(done(await world.call(getRuleTemplate, { id: template.id }, as(manager)))).toMatchObject({ listings: 1 });
  });

  it('changes every listing that uses it at once, in one statement, and tells of each', async () => {
    const places = await Promise.all([hall(), hall(), hall()]);
    const template = await write({ minDurationMinutes: 60 });
    for (const place of places) done(await put(place, { templateId: template.id }));
    const first = places[0] as Hall;
    const wish = { startsAt: day(0, 8), endsAt: day(0, 9) };
    expect((await world.book(first, wish)).ok).toBe(true);
    const changed = done<RuleTemplate>(await rewrite(template.id, 1, { minDurationMinutes: 120 }));
    expect(changed).toMatchObject({ listings: 3, version: 2, rules: { minDurationMinutes: 120 } });
    // The copy that the service remembers is behind: nobody is let in by the old rules.
    expect(codesOf(await world.book(first, { startsAt: day(0, 10), endsAt: day(0, 11) }))).toEqual(['TOO_SHORT']);
    for (const { listingId } of places) {
      expect(done(await world.call(getListing, { id: listingId }))).toMatchObject({ version: 3 });
      const told = await world.rows(
        `SELECT FROM digilist.outbox WHERE subject LIKE '%.listing.' || $1 || '.changed.v1'`,
        [listingId],
      );
      expect(told).toHaveLength(2);
    }
    const many = await Promise.all(Array.from({ length: 7 }, () => hall()));
    for (const place of many) done(await put(place, { templateId: template.id }));
    const few = await statementsOf(() => rewrite(changed.id, 2, { minDurationMinutes: 60 }));
    const again = await write({ minDurationMinutes: 60 });
    const none = await statementsOf(() => rewrite(again.id, 1, { minDurationMinutes: 90 }));
    expect(few).toEqual(none);
  });

  it('is not changed against what a listing sets itself: the listings are named', async () => {
    const place = await hall();
    const template = await write({ maxDurationMinutes: 240 });
    done(await put(place, { templateId: template.id, minDurationMinutes: 180 }));
    const refused = await rewrite(template.id, 1, { maxDurationMinutes: 120 });
    expect(refused.code).toBe('RULES_INVALID');
    expect(refused.body).toMatchObject({ details: { listingIds: [place.listingId] } });
    expect(await rulesOf(place)).toMatchObject({ maxDurationMinutes: 240 });
    expect((await rewrite(template.id, 1, { minAge: 20, maxAge: 10 })).code).toBe('RULES_INVALID');
    expect((await rewrite(template.id, 7, {})).code).toBe('STALE_VERSION');
  });

  it('that is retired goes on where it is used, and nobody else chooses it', async () => {
    const [user, other] = await Promise.all([hall(), hall()]);
    const template = await write({ leadMinutes: 30 });
    done(await put(user, { templateId: template.id }));
    const retired = done<RuleTemplate>(await world.call(retireRuleTemplate, { id: template.id }, as(manager)));
    expect(retired).toMatchObject({ status: 'retired', listings: 1, version: 2 });
    expect((await put(other, { templateId: template.id })).code).toBe('RULE_TEMPLATE_UNKNOWN');
    expect(done(await put(user, { templateId: template.id, minAge: 5 }))).toMatchObject({ leadMinutes: 30, minAge: 5 });
    expect((await rewrite(template.id, 2, {})).code).toBe('RULE_RETIRED');
    expect((await world.call(retireRuleTemplate, { id: template.id }, as(manager))).code).toBe('RULE_RETIRED');
    const { body } = await world.call(listRuleTemplates, { status: 'active' }, as(manager));
    expect((body.data as RuleTemplate[]).map(({ id }) => id)).not.toContain(template.id);
  });

  it('of an organization is for its own listings and those below, and for its own people to write', async () => {
    const { town } = world;
    const [own, elsewhere] = await Promise.all([hall({ orgId: town.subOrgId }), hall({ orgId: town.otherOrgId })]);
    const above = await write({ leadMinutes: 10 }, { orgId: town.orgId });
    const theirs = await write({ leadMinutes: 20 }, { orgId: town.subOrgId }, leader);
    const others = await write({ leadMinutes: 40 }, { orgId: town.otherOrgId });
    expect((await put(own, { templateId: above.id }, leader)).ok).toBe(true);
    expect((await put(own, { templateId: theirs.id }, leader)).ok).toBe(true);
    expect((await put(own, { templateId: others.id }, leader)).code).toBe('RULE_TEMPLATE_UNKNOWN');
    expect((await put(elsewhere, { templateId: theirs.id })).code).toBe('RULE_TEMPLATE_UNKNOWN');

    const name = { nb: 'Mine' };
    expect((await world.call(createRuleTemplate, { name, rules: {} }, as(leader))).code).toBe('FORBIDDEN');
    expect((await world.call(createRuleTemplate, { orgId: town.orgId, name, rules: {} }, as(leader))).code).toBe(
      'FORBIDDEN',
    );
    expect((await rewrite(above.id, 1, {}, leader)).code).toBe('FORBIDDEN');
    expect((await world.call(retireRuleTemplate, { id: others.id }, as(leader))).code).toBe('FORBIDDEN');
    expect((await world.call(getRuleTemplate, { id: others.id }, as(leader))).code).toBe('NOT_FOUND');
    const { body } = await world.call(listRuleTemplates, { orgId: town.subOrgId, limit: 200 }, as(leader));
    const seen = (body.data as RuleTemplate[]).map(({ id }) => id);
    expect([above.id, theirs.id, others.id].map((id) => seen.includes(id))).toEqual([true, true, false]);
  });

  it('and a listing that is given it while it changes: the listing has the new rules, never remembered old ones', async () => {
    const places = await Promise.all(Array.from({ length: 6 }, () => hall()));
    let { id, version } = await write({ stepMinutes: 5 });
    for (const [at, place] of places.entries()) {
      const minDurationMinutes = 60 + at * 60;
      const [changed, kept, ...asked] = await Promise.all([
        rewrite(id, version, { stepMinutes: 5, minDurationMinutes }),
        put(place, { templateId: id }),
        world.book(place, { startsAt: day(at, 8), endsAt: day(at, 8).replace(':00:00', ':30:00') }),
        world.book(place, { startsAt: day(at, 9), endsAt: day(at, 9).replace(':00:00', ':30:00') }),
      ]);
      expect([changed?.ok, kept?.ok, asked.length]).toEqual([true, true, 2]);
      version = done<RuleTemplate>(changed as Reply).version;
      const short = await world.book(place, { startsAt: day(at, 12), endsAt: day(at, 12).replace(':00:00', ':30:00') });
      expect(codesOf(short)).toEqual(['TOO_SHORT']);
    }
  });
});

describe('the notice for changing and cancelling', () => {
  it('binds the booker of a confirmed booking, not the staff', async () => {
    const place = await hall();
    const month = 30 * 1440;
    done(await put(place, { cancelUntilMinutes: month, changeUntilMinutes: month }));
    const { id, version } = bodyOf(await world.book(place));
    const cancel = { id, reason: 'Syk' };
    const refused = await world.call(cancelBooking, cancel, { headers: { 'accept-language': 'nb' } });
    expect(refused.code).toBe('RULE_VIOLATION');
    expect(refused.body.errors).toMatchObject([
      {
        code: 'CANCEL_TOO_LATE',
        message: expect.stringMatching(/^Fristen for å avbestille var \S+dag \d+\. \S+ \d{4} kl\. /),
      },
    ]);
    const moved = { id, startsAt: day(3, 10), endsAt: day(3, 12) };
    const match = { 'if-match': `"${version}"` };
    expect(codesOf(await world.call(rescheduleBooking, moved, { headers: match }))).toEqual(['CHANGE_TOO_LATE']);
    expect((await world.call(cancelBooking, cancel, as(world.handler))).ok).toBe(true);
  });
});

describe('the rules about who books', () => {
  it('ask PLATFORM’s copies: how old somebody is, and what role they have', async () => {
    const place = await hall();
    done(await put(place, { minAge: 18, roleKeys: ['resident'], maxDurationMinutes: 10_080 }));
    const [grown, child, unknown] = await Promise.all([born('1990-05-17'), born('2020-05-17'), born(null)]);
    expect((await world.book(place, {}, { by: grown })).ok).toBe(true);
    const elsewhen = { startsAt: day(1, 8), endsAt: day(1, 9) };
    expect(codesOf(await world.book(place, elsewhen, { by: child }))).toEqual(['TOO_YOUNG']);
    const asked = await world.book(place, elsewhen, { by: unknown, headers: { 'accept-language': 'nb' } });
    expect(asked.body.errors).toMatchObject([{ code: 'AGE_UNKNOWN', message: expect.stringContaining('ID-porten') }]);
    expect(codesOf(await world.book(place, elsewhen, { by: world.handler }))).toEqual([
      'AGE_UNKNOWN',
      'ROLE_NOT_ALLOWED',
    ]);
  });

  it('cost a listing that has none not a single statement, and any other one', async () => {
    const [plain, ruled] = await Promise.all([hall(), hall()]);
    done(await put(ruled, { minAge: 18 }));
    const grown = await born('1990-05-17');
    const asked = async (place: Hall, n: number) => {
      const wish = { startsAt: day(n, 8), endsAt: day(n, 9) };
      return statementsOf(async () => expect((await world.book(place, wish, { by: grown })).ok).toBe(true));
    };
    await asked(plain, 0);
    await asked(ruled, 0);
    const [more, less] = [await asked(ruled, 1), await asked(plain, 1)];
    expect(more.filter((name) => !less.includes(name))).toEqual(['booker-facts']);
    expect(more).toHaveLength(less.length + 1);
  });
});
