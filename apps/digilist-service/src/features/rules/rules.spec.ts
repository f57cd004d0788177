import {
  type BookingRules,
  DEFAULT_BOOKING_RULES,
  getAvailabilityRules,
  getBookingRules,
  putAvailabilityRules,
  putBookingRules,
} from '@digilist/contracts';
import { stopPostgres } from '@kit/testing';
import { foundTown, type Town } from '../../platform/testing/platform-stand-in.js';
import { DigilistWorld } from '../../testing/digilist-world.js';
import { arrive, LISTING_ROLES, Lister } from '../../testing/lister.js';
import { ListingsModule } from '../listings/index.js';
import { RulesModule } from './index.js';

let world: DigilistWorld;
let town: Town;
let manager: Lister;

beforeAll(async () => {
  world = await DigilistWorld.open();
  await world.start([ListingsModule, RulesModule]);
  town = await foundTown(world.platform, { roles: LISTING_ROLES });
  manager = new Lister(world, town, await arrive(world, town, { role: 'manager', scope: 'tenant' }));
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const BOOKING_RULES = {
  stepMinutes: 30,
  minDurationMinutes: 60,
  maxDurationMinutes: 240,
  leadMinutes: 60,
  horizonDays: 90,
};

describe('opening hours', () => {
  it('are read as they were written, and replaced as a whole', async () => {
    const { id } = await manager.listing();
    const rules = [
      { kind: 'weekly', weekdays: ['MO', 'FR'], opens: '08:00', closes: '24:00' },
      {
        kind: 'season',
        weekdays: ['SU'],
        opens: '10:00',
        closes: '14:00',
        firstDate: '2027-06-20',
        lastDate: '2027-08-15',
      },
      {
        kind: 'exception',
        weekdays: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'],
        firstDate: '2026-12-24',
        lastDate: '2026-12-24',
        note: { nb: 'Julaften' },
      },
    ];
    const answer = await manager.must(putAvailabilityRules, { id, rules }, { 'if-match': '"1"' });
    expect(answer).toEqual({ rules, version: 2 });
    expect(await manager.must(getAvailabilityRules, { id })).toEqual({ rules, version: 2 });
    expect(await manager.must(putAvailabilityRules, { id, rules: [] }, { 'if-match': '"2"' })).toEqual({
      rules: [],
      version: 3,
    });
  });

  it('are refused with every problem named, and the old ones stay', async () => {
    const { id } = await manager.listing();
    await manager.opening(id, [{ kind: 'weekly', opens: '08:00', closes: '22:00' }]);
    const rules = [
      { kind: 'weekly' },
      { kind: 'weekly', opens: '22:00', closes: '06:00' },
      { kind: 'season', opens: '10:00', closes: '14:00' },
      { kind: 'blackout', firstDate: '2027-02-20', lastDate: '2027-01-01' },
      { kind: 'weekly', weekdays: [], opens: '10:00', closes: '14:00' },
    ];
    const refused = await manager.call(putAvailabilityRules, { id, rules }, { 'if-match': '"2"' });
    expect(refused.code).toBe('RULES_INVALID');
    expect(
      (refused.body.errors as { path: string; code: string }[]).map(({ path, code }) => `${path} ${code}`),
    ).toEqual([
      'rules.0.opens REQUIRED',
      'rules.1.closes AFTER_OPENS',
      'rules.2.firstDate REQUIRED',
      'rules.3.lastDate AFTER_FIRST',
      'rules.4.weekdays EMPTY',
    ]);
    const kept = await manager.must<{ rules: object[]; version: number }>(getAvailabilityRules, { id });
    expect([kept.rules.length, kept.version]).toEqual([1, 2]);
  });
});

describe('booking rules', () => {
  it('have a default until they are set', async () => {
    const { id } = await manager.listing();
    expect(await manager.must(getBookingRules, { id })).toMatchObject({
      stepMinutes: 30,
      horizonDays: 365,
      version: 1,
    });
    const kept = await manager.must(putBookingRules, { id, ...BOOKING_RULES }, { 'if-match': '"1"' });
    expect(kept).toMatchObject({
      ...DEFAULT_BOOKING_RULES,
      ...BOOKING_RULES,
      templateId: null,
      quotas: [],
      version: 2,
    });
    expect(await manager.must(getBookingRules, { id })).toEqual(kept);
    const origins = (kept as unknown as BookingRules).origins.map(({ field, from }) => [field, from]);
    expect(Object.fromEntries(origins)).toMatchObject({ horizonDays: 'listing', minAge: 'default' });
  });

  it('are refused when the longest is shorter than the shortest, and when they are stale', async () => {
    const { id } = await manager.listing();
    const odd = { ...BOOKING_RULES, maxDurationMinutes: 30 };
    expect((await manager.call(putBookingRules, { id, ...odd }, { 'if-match': '"1"' })).code).toBe('RULES_INVALID');
    expect((await manager.call(putBookingRules, { id, ...BOOKING_RULES }, { 'if-match': '"7"' })).code).toBe(
      'STALE_VERSION',
    );
    expect((await manager.call(putBookingRules, { id, ...BOOKING_RULES })).code).toBe('PRECONDITION_REQUIRED');
  });

  it('ten that read the same version: one is kept, nine are told', async () => {
    const { id } = await manager.listing();
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => manager.call(putBookingRules, { id, ...BOOKING_RULES }, { 'if-match': '"1"' })),
    );
    expect(replies.map(({ code }) => code ?? 'kept').sort()).toEqual([...Array(9).fill('STALE_VERSION'), 'kept']);
  });
});
