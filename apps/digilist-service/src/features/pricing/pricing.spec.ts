import {
  createQuote,
  getPricingRules,
  listPricingGroups,
  type PricingRules,
  putPricingRules,
  type Quote,
  startMaintenance,
} from '@digilist/contracts';
import { eventually, stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { enrol, foundTown, type Town } from '../../platform/testing/platform-stand-in.js';
import { DigilistWorld } from '../../testing/digilist-world.js';
import { arrive, LISTING_ROLES, Lister } from '../../testing/lister.js';
import { verifyClub } from '../../testing/verified.js';
import { BlocksModule } from '../blocks/index.js';
import { BookingsModule } from '../bookings/index.js';
import { ListingsModule } from '../listings/index.js';
import { RulesModule } from '../rules/index.js';
import { PricingModule } from './index.js';

let world: DigilistWorld;
let town: Town;
let manager: Lister;
let resident: Lister;

beforeAll(async () => {
  world = await DigilistWorld.open();
  await world.start([ListingsModule, BlocksModule, BookingsModule, RulesModule, PricingModule]);
  town = await foundTown(world.platform, { roles: LISTING_ROLES });
  await verifyClub(world, town);
  manager = new Lister(world, town, await arrive(world, town, { role: 'manager', scope: 'tenant' }));
  resident = new Lister(world, town, await arrive(world, town, { role: 'resident', scope: 'user' }));
  await enrol(world.platform, town, { id: uuidv7(), userId: resident.userId, orgId: town.clubId });
  await eventually(async () => {
    const member = 'SELECT FROM digilist.platform_memberships WHERE user_id = $1';
    expect(await world.rows(member, [resident.userId])).toHaveLength(1);
  });
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const nok = (amount: number) => ({ amount, currency: 'NOK' });
const rule = (amount: number, more: object = {}) => ({
  name: { nb: 'Pris' },
  unit: 'hour',
  amount: nok(amount),
  ...more,
});
const TIME = { startsAt: '2027-01-19T18:00:00+01:00', endsAt: '2027-01-19T20:00:00+01:00' };

describe('the prices of a listing', () => {
  it('a rule that did not change keeps its version, one that did rises, one that is left out is retired but kept', async () => {
    const { id } = await manager.listing();
    const first = await manager.must<PricingRules>(
      putPricingRules,
      { id, rules: [rule(1), rule(2), rule(3)] },
      { 'if-match': '"1"' },
    );
    const [one, two] = first.rules;
    const kept = [{ ...one, version: undefined }, { ...two, version: undefined, amount: nok(20) }, rule(4)];
    const second = await manager.must<PricingRules>(putPricingRules, { id, rules: kept }, { 'if-match': '"2"' });
    expect(second.rules.map(({ amount, version }) => [amount.amount, version])).toEqual([
      [1, 1],
      [20, 2],
      [4, 1],
    ]);
    expect(second.rules.map((each) => each.id).slice(0, 2)).toEqual([one?.id, two?.id]);
    expect(
      await world.rows('SELECT status FROM digilist.pricing_rules WHERE listing_id = $1 AND amount = 3', [id]),
    ).toEqual([{ status: 'retired' }]);
  });

  it('are refused with every problem named', async () => {
    const { id } = await manager.listing();
    const rules = [
      rule(1, { kind: 'add_on' }),
      rule(1, { key: 'cleaning' }),
      rule(-1),
      { ...rule(1), amount: { amount: 1, currency: 'EUR' } },
      rule(1, { fromTime: '22:00', toTime: '06:00' }),
      rule(1, { firstDate: '2027-04-30', lastDate: '2027-04-01' }),
      rule(1_000_000_001),
    ];
    const refused = await manager.call(putPricingRules, { id, rules }, { 'if-match': '"1"' });
    expect(
      (refused.body.errors as { path: string; code: string }[]).map(({ path, code }) => `${path} ${code}`),
    ).toEqual([
      'rules.0.key ADD_ON_KEY',
      'rules.1.key ADD_ON_KEY',
      'rules.2.amount NEGATIVE',
      'rules.3.amount CURRENCY',
      'rules.4.toTime AFTER_FROM',
      'rules.5.lastDate AFTER_FIRST',
      'rules.6.amount TOO_LARGE',
    ]);
  });

  it('may swap the keys of their add-ons', async () => {
    const { id } = await manager.listing();
    const addOns = [rule(1, { kind: 'add_on', key: 'cleaning' }), rule(2, { kind: 'add_on', key: 'sound' })];
    const before = await manager.must<PricingRules>(putPricingRules, { id, rules: addOns }, { 'if-match': '"1"' });
    const swapped = before.rules.map(({ version: _version, ...each }) => ({
      ...each,
      key: each.key === 'sound' ? 'cleaning' : 'sound',
    }));
    const after = await manager.must<PricingRules>(putPricingRules, { id, rules: swapped }, { 'if-match': '"2"' });
    expect(after.rules.map(({ key, amount }) => [key, amount.amount])).toEqual([
      ['sound', 1],
      ['cleaning', 2],
    ]);
  });

  it('have add-ons with names as long as a name may be', async () => {
    const { id } = await manager.listing();
    const rules = [rule(1, { kind: 'add_on', key: 'a'.repeat(63) })];
    expect((await manager.call(putPricingRules, { id, rules }, { 'if-match': '"1"' })).ok).toBe(true);
  });

  it('cannot name a zone or a rule of another listing', async () => {
    const [{ id }, other] = [await manager.listing(), await manager.listing()];
    const foreign = await manager.zone(other.id, 'X');
    await manager.prices(other.id, [rule(5) as never]);
    const { rules } = await manager.must<PricingRules>(getPricingRules, { id: other.id });
    const put = (more: object) => manager.call(putPricingRules, { id, rules: [rule(1, more)] }, { 'if-match': '"1"' });
    expect((await put({ zoneId: foreign.id })).code).toBe('ZONE_UNKNOWN');
    expect((await put({ id: rules[0]?.id })).code).toBe('RULES_INVALID');
  });

  it('every tenant has the six groups', async () => {
    const { body } = await world.call(listPricingGroups, town, null, {}, { 'x-tenant': town.slug });
    expect(
      (body.data as { key: string; discountBasisPoints: number }[]).map(({ key, discountBasisPoints }) => [
        key,
        discountBasisPoints,
      ]),
    ).toEqual([
      ['private', 0],
      ['business', 0],
      ['sports_club', 3000],
      ['youth_organization', 5000],
      ['school', 10_000],
      ['municipality', 10_000],
    ]);
  });
});

describe('a quote', () => {
  it('is the price by its lines, stored for a quarter of an hour', async () => {
    const id = await manager.hall();
    const quote = await resident.must<Quote>(createQuote, {
      listingId: id,
      ...TIME,
      pricingGroup: 'sports_club',
      onBehalfOfOrgId: town.clubId,
    });
    expect(quote).toMatchObject({
      listingId: id,
      startsAt: '2027-01-19T17:00:00.000Z',
      pricingGroup: 'sports_club',
      onBehalfOfOrgId: town.clubId,
      price: { net: nok(70_000), vat: nok(17_500), total: nok(87_500) },
    });
    expect(quote.price.lines.map(({ kind, net }) => [kind, net.amount])).toEqual([
      ['period', 100_000],
      ['group', -30_000],
    ]);
    expect(Date.parse(quote.expiresAt) - Date.now()).toBeGreaterThan(14 * 60_000);
    const [row] = await world.rows('SELECT total::integer, user_id, lines FROM digilist.quotes WHERE id = $1', [
      quote.id,
    ]);
    expect(row).toMatchObject({ total: 87_500, user_id: resident.userId, lines: quote.price.lines });
  });

  it('takes a discount code that is valid, and refuses one that is not or is used up', async () => {
    const id = await manager.hall();
    await world.rows(
      `INSERT INTO digilist.discount_codes (tenant_id, code, kind, value, max_uses, used, valid_until, created_by, updated_by)
       VALUES ($1, 'HOST10', 'percentage', 1000, NULL, 0, NULL, $2, $2), ($1, 'GONE', 'fixed', 100, 1, 1, NULL, $2, $2),
         ($1, 'LATE', 'fixed', 100, NULL, 0, now() - interval '1 day', $2, $2)`,
      [town.tenantId, manager.userId],
    );
    const quote = await resident.must<Quote>(createQuote, { listingId: id, ...TIME, discountCode: 'HOST10' });
    expect(quote.price.total).toEqual(nok(112_500));
    for (const discountCode of ['GONE', 'LATE', 'NEVER']) {
      expect((await resident.call(createQuote, { listingId: id, ...TIME, discountCode })).code).toBe(
        'DISCOUNT_CODE_INVALID',
      );
    }
  });

  it('follows a new price and a changed group at once', async () => {
    const id = await manager.hall();
    const total = async () =>
      (await resident.must<Quote>(createQuote, { listingId: id, ...TIME, pricingGroup: 'business' })).price.total
        .amount;
    expect(await total()).toBe(125_000);
    await manager.prices(id, [rule(10_000) as never]);
    expect(await total()).toBe(25_000);
    const change =
      'UPDATE digilist.pricing_groups SET discount_basis_points = $2, version = version + 1 WHERE tenant_id = $1 AND key = $3';
    await world.rows(change, [town.tenantId, 5000, 'business']);
    expect(await total()).toBe(12_500);
    await world.rows(change, [town.tenantId, 0, 'business']);
    expect(await total()).toBe(25_000);
  });

  it('names its zone where there is more than one', async () => {
    const id = await manager.hall();
    const a = await manager.zone(id, 'A');
    await manager.zone(id, 'B');
    expect((await resident.call(createQuote, { listingId: id, ...TIME })).code).toBe('ZONE_REQUIRED');
    expect((await resident.must<Quote>(createQuote, { listingId: id, ...TIME, zoneId: a.id })).zoneId).toBe(a.id);
  });

  it.each([
    ['an unknown group', { pricingGroup: 'royals' }, 'PRICING_GROUP_UNKNOWN'],
    ['an unknown add-on', { addOns: [{ key: 'fireworks', quantity: 1 }] }, 'ADD_ON_UNKNOWN'],
    ['an unknown zone', { zoneId: uuidv7() }, 'ZONE_UNKNOWN'],
    ['more than there are', { quantity: 2 }, 'QUANTITY_INVALID'],
    ['a time that ends before it begins', { endsAt: TIME.startsAt }, 'INVALID_INTERVAL'],
    [
      'a time at the end of all years',
      { startsAt: '9999-12-31T10:00:00Z', endsAt: '9999-12-31T12:00:00Z' },
      'INVALID_INTERVAL',
    ],
    ['seconds', { endsAt: '2027-01-19T20:00:30+01:00' }, 'INVALID_INTERVAL'],
    ['a listing that does not exist', { listingId: uuidv7() }, 'NOT_FOUND'],
  ])('is refused for %s', async (_, more, code) => {
    const id = await manager.hall();
    expect((await resident.call(createQuote, { listingId: id, ...TIME, ...more })).code).toBe(code);
  });

  it('is refused where no price holds, under maintenance, and for a draft like for nothing at all', async () => {
    const id = await manager.hall();
    await manager.prices(id, [rule(100, { toTime: '19:00', fromTime: '08:00' }) as never]);
    expect((await resident.call(createQuote, { listingId: id, ...TIME })).body).toMatchObject({
      code: 'PRICE_NOT_DEFINED',
      details: { from: '2027-01-19T18:00:00.000Z' },
    });
    await manager.must(startMaintenance, { id });
    expect((await resident.call(createQuote, { listingId: id, ...TIME })).code).toBe('LISTING_NOT_BOOKABLE');
    const draft = await manager.listing();
    expect((await resident.call(createQuote, { listingId: draft.id, ...TIME })).code).toBe('NOT_FOUND');
  });
});
