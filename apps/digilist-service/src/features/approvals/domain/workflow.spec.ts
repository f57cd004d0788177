import fc from 'fast-check';
import { isCondition } from './soundness.js';
import { deadline, dueAfter, isOutside, minutesOutside, resumed } from './wall-clock.js';
import { type Applicant, assess, DEFAULT_STEPS, nearest, priorityOf, type Step } from './workflow.js';

const ORDINARY: Applicant = {
  total: 120_000,
  attendees: 24,
  pricingGroup: 'sports_club',
  listingType: 'SPACE',
  startsAt: new Date('2026-12-01T17:00:00Z'),
  endsAt: new Date('2026-12-01T19:00:00Z'),
  timezone: 'Europe/Oslo',
  recurring: false,
  submittedAt: new Date('2026-11-23T09:00:00Z'),
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
    expect(assessment).toMatchObject({ required: true, stages: [{ level, steps: [step] }] });
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

  it('says of every step what was compared, met or not', () => {
    const { examined } = assess(DEFAULT_STEPS, { ...ORDINARY, total: 500_001 });
    expect(examined).toEqual([
      { step: 'event', condition: 'listing_type', met: false, facts: { listingType: 'SPACE' } },
      { step: 'high-amount', condition: 'amount_above', met: true, facts: { limit: 500_000, actual: 500_001 } },
      { step: 'large-group', condition: 'attendees_above', met: false, facts: { limit: 100, actual: 24 } },
      { step: 'recurring', condition: 'recurring', met: false, facts: {} },
      { step: 'business', condition: 'actor_group', met: false, facts: { group: 'sports_club' } },
      {
        step: 'after-hours',
        condition: 'outside_hours',
        met: false,
        facts: { opens: '06:00', closes: '22:00', minutesOutside: 0 },
      },
    ]);
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

describe('the stages of a decision', () => {
  const step = (key: string, change: Partial<Step> = {}): Step => ({
    key,
    when: { kind: 'always' },
    level: 'manager',
    workingDays: 5,
    ...change,
  });
  const stagesOf = (...steps: Step[]) => assess(steps, ORDINARY).stages;

  it('are one where the steps name none: at the highest level, within the shortest time', () => {
    const never = step('never', { when: { kind: 'recurring' }, workingDays: 0 });
    expect(stagesOf(step('a'), step('b', { level: 'administrator', workingDays: 2 }), never)).toEqual([
      { level: 'administrator', workingDays: 2, fourEyes: false, deciders: null, escalateTo: [], steps: ['a', 'b'] },
    ]);
  });

  it('follow each other in their order, and those nothing leads to are left out', () => {
    const found = stagesOf(
      step('last', { stage: 7, fourEyes: true, escalateTo: ['x'] }),
      step('never', { stage: 3, when: { kind: 'recurring' } }),
      step('first'),
      step('last-too', { stage: 7, escalateTo: ['y', 'x'] }),
    );
    expect(found.map(({ steps }) => steps)).toEqual([['first'], ['last', 'last-too']]);
    expect(found[1]).toMatchObject({ fourEyes: true, escalateTo: ['x', 'y'] });
  });

  it('are none where nobody has to decide', () => {
    expect(stagesOf(step('never', { when: { kind: 'recurring' } }))).toEqual([]);
  });
});

describe('the hour of submission', () => {
  const office = { opens: '08:00', closes: '15:30', weekdays: ['MO', 'TU', 'WE', 'TH', 'FR'] as const };

  it.each([
    ['on a Monday at nine', '2026-11-23T08:00:00Z', false],
    ['on a Monday at half past three', '2026-11-23T14:30:00Z', true],
    ['on a Monday before eight', '2026-11-23T06:59:00Z', true],
    ['on a Saturday at nine', '2026-11-28T08:00:00Z', true],
    ['in summer time at eight', '2026-07-06T06:00:00Z', false],
  ])('%s: outside is %s', (_when, instant, outside) => {
    expect(isOutside(new Date(instant), 'Europe/Oslo', office)).toBe(outside);
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
    [{ kind: 'submitted_outside_hours', opens: '08:00', closes: '15:30' }, true],
    [{ kind: 'submitted_outside_hours', opens: '08:00', closes: '15:30', weekdays: [] }, false],
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

  const DUE = new Date('2026-12-02T15:00:00Z');
  const later = { startsAt: new Date('2027-01-20T10:00:00Z'), timezone: 'Europe/Oslo' };

  it('is never later than the booking', () => {
    const soon = { ...later, startsAt: new Date('2026-11-24T08:00:00Z') };
    expect(deadline(new Date('2026-11-23T09:00:00Z'), 5, soon)).toEqual(soon.startsAt);
  });

  it('stands still while the applicant is asked: the working days that were left are left afterwards', () => {
    // Asked on a Monday with seven working days left, answered on the Thursday of the week after.
    const askedAt = new Date('2026-11-23T09:00:00Z');
    expect(resumed({ askedAt, dueAt: DUE, now: new Date('2026-12-03T09:00:00Z') }, later)).toEqual(
      new Date('2026-12-14T15:00:00Z'),
    );
    // Answered at once, nothing is gained.
    expect(resumed({ askedAt, dueAt: DUE, now: askedAt }, later)).toEqual(DUE);
  });

  it('is not given back where it was over already, nor beyond the booking', () => {
    const askedAt = new Date('2026-12-03T09:00:00Z');
    expect(resumed({ askedAt, dueAt: DUE, now: new Date('2026-12-10T09:00:00Z') }, later)).toEqual(DUE);
    const soon = { ...later, startsAt: new Date('2026-12-04T10:00:00Z') };
    const late = { askedAt: new Date('2026-11-23T09:00:00Z'), dueAt: DUE, now: askedAt };
    expect(resumed(late, soon)).toEqual(soon.startsAt);
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
    distinctDeciders: false,
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
