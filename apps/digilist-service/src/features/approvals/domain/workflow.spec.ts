import fc from 'fast-check';
import { dueAfter, minutesOutside } from './wall-clock.js';
import { type Applicant, assess, DEFAULT_STEPS, isCondition, nearest, priorityOf } from './workflow.js';

const ORDINARY: Applicant = {
  total: 120_000,
  attendees: 24,
  pricingGroup: 'sports_club',
  listingType: 'SPACE',
  startsAt: new Date('2026-12-01T17:00:00Z'),
  endsAt: new Date('2026-12-01T19:00:00Z'),
  timezone: 'Europe/Oslo',
  recurring: false,
};

describe('the default workflow', () => {
  it('lets an ordinary booking through by itself', () => {
    expect(assess(DEFAULT_STEPS, ORDINARY)).toMatchObject({ required: false, reasons: [] });
  });

  it.each<[string, Partial<Applicant>, string, 'manager' | 'administrator']>([
    ['more than 5 000 kroner', { total: 500_001 }, 'high-amount', 'manager'],
    ['more than 100 people', { attendees: 101 }, 'large-group', 'manager'],
    ['a business', { pricingGroup: 'business' }, 'business', 'manager'],
    ['a series', { recurring: true }, 'recurring', 'manager'],
    ['after 22:00', { endsAt: new Date('2026-12-01T21:01:00Z') }, 'after-hours', 'manager'],
    ['before 06:00', { startsAt: new Date('2026-12-01T04:59:00Z') }, 'after-hours', 'manager'],
    ['an event', { listingType: 'EVENT' }, 'event', 'administrator'],
  ])('asks for a decision for %s', (_what, change, step, level) => {
    const assessment = assess(DEFAULT_STEPS, { ...ORDINARY, ...change });
    expect(assessment).toMatchObject({ required: true, level });
    expect(assessment.reasons.map((reason) => reason.step)).toEqual([step]);
  });

  it.each<[string, Partial<Applicant>]>([
    ['exactly 5 000 kroner', { total: 500_000 }],
    ['exactly 100 people', { attendees: 100 }],
    ['until exactly 22:00', { endsAt: new Date('2026-12-01T21:00:00Z') }],
    ['from exactly 06:00', { startsAt: new Date('2026-12-01T05:00:00Z') }],
    ['an unknown number of people', { attendees: null }],
  ])('does not ask for %s', (_what, change) => {
    expect(assess(DEFAULT_STEPS, { ...ORDINARY, ...change }).required).toBe(false);
  });

  it('names every reason, and takes the highest level and the shortest time', () => {
    const steps = [
      { key: 'a', when: { kind: 'always' as const }, level: 'manager' as const, workingDays: 5 },
      {
        key: 'b',
        when: { kind: 'duration_above' as const, minutes: 60 },
        level: 'administrator' as const,
        workingDays: 2,
      },
      {
        key: 'c',
        when: { kind: 'duration_above' as const, minutes: 120 },
        level: 'administrator' as const,
        workingDays: 1,
      },
    ];
    expect(assess(steps, ORDINARY)).toEqual({
      required: true,
      level: 'administrator',
      workingDays: 2,
      reasons: [
        { step: 'a', condition: 'always', level: 'manager', facts: {} },
        { step: 'b', condition: 'duration_above', level: 'administrator', facts: { limit: 60, actual: 120 } },
      ],
      steps: ['a', 'b', 'c'],
    });
  });

  it('keeps its limits on the nights when the clock is changed', () => {
    const from21 = {
      ...ORDINARY,
      startsAt: new Date('2026-10-24T19:00:00Z'),
      endsAt: new Date('2026-10-25T05:00:00Z'),
    };
    // 21:00 to 06:00 on the night that has 25 hours: one hour inside, nine outside.
    expect(minutesOutside(from21, { opens: '06:00', closes: '22:00' })).toBe(9 * 60);
  });
});

describe('the time outside given hours', () => {
  const stay = fc.record({
    start: fc.integer({ min: 0, max: 2 * 365 * 1440 }),
    length: fc.integer({ min: 1, max: 5000 }),
  });

  it('is never negative, never longer than the stay, and nothing when the hours are the whole day', () => {
    fc.assert(
      fc.property(stay, ({ start, length }) => {
        const startsAt = new Date(Date.UTC(2026, 0, 1) + start * 60_000);
        const endsAt = new Date(startsAt.getTime() + length * 60_000);
        const given = { startsAt, endsAt, timezone: 'Europe/Oslo' };
        const outside = minutesOutside(given, { opens: '06:00', closes: '22:00' });
        expect(outside).toBeGreaterThanOrEqual(0);
        expect(outside).toBeLessThanOrEqual(length);
        expect(minutesOutside(given, { opens: '00:00', closes: '24:00' })).toBe(0);
      }),
    );
  });
});

describe('a condition that a tenant writes', () => {
  it.each([
    [{ kind: 'always' }, true],
    [{ kind: 'amount_above', amount: 500_000 }, true],
    [{ kind: 'amount_above' }, false],
    [{ kind: 'amount_above', amount: -1 }, false],
    [{ kind: 'outside_hours', opens: '06:00', closes: '22:00' }, true],
    [{ kind: 'outside_hours', opens: '22:00', closes: '06:00' }, false],
    [{ kind: 'listing_type', types: [] }, false],
    [{ kind: 'actor_group', groups: ['business'] }, true],
    [{ kind: 'unheard_of' }, false],
    [{ kind: 'constructor' }, false],
  ])('%j is sound: %s', (when, sound) => {
    expect(isCondition(when)).toBe(sound);
  });
});

describe('the time to decide', () => {
  const holiday = (date: string) => date === '2026-12-25';

  it('counts working days only', () => {
    const thursday = new Date('2026-12-24T10:00:00Z');
    expect(dueAfter(thursday, 1, 'Europe/Oslo', holiday)).toEqual(new Date('2026-12-28T15:00:00Z'));
    expect(dueAfter(thursday, 0, 'Europe/Oslo', holiday)).toEqual(new Date('2026-12-24T15:00:00Z'));
  });

  it('is the more urgent the sooner the booking', () => {
    const due = new Date('2026-12-01T15:00:00Z');
    expect(priorityOf(new Date('2026-12-02T15:00:00Z'), due)).toBe('high');
    expect(priorityOf(new Date('2026-12-10T15:00:00Z'), due)).toBe('normal');
    expect(priorityOf(new Date('2027-02-10T15:00:00Z'), due)).toBe('low');
  });
});

describe('the workflow that holds for a listing', () => {
  const of = (id: string, depth: number, orgIds: string[], listingId: string | null = null) => ({
    id,
    depth,
    orgIds,
    listingId,
    steps: [],
  });
  const listing = { id: 'hall', orgId: 'sport', approvalWorkflowId: null };
  const town = of('town', 0, ['town', 'culture', 'sport']);
  const culture = of('culture', 1, ['culture', 'sport']);
  const sport = of('sport', 2, ['sport']);
  const hall = of('hall', 2, ['sport'], 'hall');

  it.each([
    ['none', [], listing, undefined],
    ['that of the nearest organization', [town, sport, culture], listing, 'sport'],
    ['one of an organization above', [culture, town], listing, 'culture'],
    ['none of another listing', [of('other', 2, ['sport'], 'other')], listing, undefined],
    ['its own before that of its organization', [sport, hall], listing, 'hall'],
    ['the one it names before its own', [hall, town], { ...listing, approvalWorkflowId: 'town' }, 'town'],
    ['the next one where the one it names is retired', [hall], { ...listing, approvalWorkflowId: 'gone' }, 'hall'],
  ])('is %s', (_what, workflows, place, id) => {
    expect(nearest(workflows, place)?.id).toBe(id);
  });
});
