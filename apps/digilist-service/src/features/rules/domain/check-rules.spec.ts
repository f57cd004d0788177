import { type BookingRuleOverrides, DEFAULT_BOOKING_RULES, NO_MAX_AGE } from '@digilist/contracts';
import { dayOf, type OpeningRule, type QuotaRule } from '../../listings/index.js';
import {
  ageOn,
  type BookerFacts,
  checkNotice,
  checkRules,
  factsAfter,
  type RuledListing,
  type RuleWish,
} from './check-rules.js';
import { wordingOf } from './wording.js';

const at = (text: string) => Date.parse(text) / 60_000;
const NOW = at('2026-11-23T08:00:00+01:00');
const name = (text: string) => ({ nb: text, nn: text, en: text });
const hours = (more: Partial<OpeningRule>): OpeningRule => ({
  kind: 'weekly',
  weekdays: [1, 2, 3, 4, 5],
  opens: 8 * 60,
  closes: 22 * 60,
  firstDay: null,
  lastDay: null,
  note: null,
  ...more,
});

const USUAL = { minDurationMinutes: 60, maxDurationMinutes: 240, leadMinutes: 120, horizonDays: 30 };
const ruled = (rules: BookingRuleOverrides = {}, more: Partial<RuledListing> = {}): RuledListing => ({
  bookingModel: 'TIME_RANGE',
  slotMinutes: null,
  checkIn: 0,
  checkOut: 1440,
  components: [],
  timezone: 'Europe/Oslo',
  opening: [hours({})],
  bookingRules: { ...DEFAULT_BOOKING_RULES, ...USUAL, ...rules },
  quotas: [],
  ...more,
});
const wish = (from: string, until: string, more: Partial<RuleWish> = {}): RuleWish => ({
  from: at(from),
  until: at(until),
  behalf: null,
  pricingGroup: 'private',
  ...more,
});
const codes = (listing: RuledListing, from: string, until: string, now = NOW) =>
  checkRules(listing, wish(from, until), null, now).map(({ code }) => code);

describe('the rules about time', () => {
  it.each([
    ['keeps them all', '2026-11-24T18:00:00+01:00', '2026-11-24T20:00:00+01:00', []],
    [
      'may take exactly the opening hours and the shortest notice',
      '2026-11-23T10:00:00+01:00',
      '2026-11-23T14:00:00+01:00',
      [],
    ],
    ['ends after closing time', '2026-11-24T21:00:00+01:00', '2026-11-24T22:30:00+01:00', ['OUTSIDE_OPENING_HOURS']],
    ['lies on a closed day', '2026-11-28T12:00:00+01:00', '2026-11-28T14:00:00+01:00', ['OUTSIDE_OPENING_HOURS']],
    [
      'runs through the night',
      '2026-11-24T21:00:00+01:00',
      '2026-11-25T09:00:00+01:00',
      ['OUTSIDE_OPENING_HOURS', 'TOO_LONG'],
    ],
    ['begins off the grid', '2026-11-24T18:15:00+01:00', '2026-11-24T20:00:00+01:00', ['STEP']],
    ['is too short', '2026-11-24T18:00:00+01:00', '2026-11-24T18:30:00+01:00', ['TOO_SHORT']],
    ['is too long', '2026-11-24T10:00:00+01:00', '2026-11-24T14:30:00+01:00', ['TOO_LONG']],
    ['is too soon', '2026-11-23T09:30:00+01:00', '2026-11-23T11:00:00+01:00', ['TOO_SOON']],
    ['has passed', '2026-11-20T10:00:00+01:00', '2026-11-20T12:00:00+01:00', ['TOO_SOON']],
    ['is too far away', '2027-01-05T10:00:00+01:00', '2027-01-05T12:00:00+01:00', ['TOO_FAR']],
  ])('a booking that %s', (_, from, until, expected) => expect(codes(ruled(), from, until)).toEqual(expected));

  it('are reported all at once', () => {
    expect(codes(ruled(), '2026-11-22T23:10:00+01:00', '2026-11-22T23:20:00+01:00')).toEqual([
      'OUTSIDE_OPENING_HOURS',
      'STEP',
      'STEP',
      'TOO_SHORT',
      'TOO_SOON',
    ]);
  });

  it('read the grid off the wall, also when it stands between the hours of UTC', () => {
    const kathmandu = ruled({}, { timezone: 'Asia/Kathmandu' });
    expect(codes(kathmandu, '2026-11-24T10:00:00+05:45', '2026-11-24T11:00:00+05:45')).toEqual([]);
  });

  it('reach to the end of the last local day, whatever time it is now', () => {
    const open = ruled({ horizonDays: 1, leadMinutes: 0 }, { opening: [hours({ opens: 0, closes: 1440 })] });
    for (const now of ['2026-11-23T00:00:00+01:00', '2026-11-23T23:59:00+01:00']) {
      expect(codes(open, '2026-11-24T22:00:00+01:00', '2026-11-25T00:00:00+01:00', at(now))).toEqual([]);
      expect(codes(open, '2026-11-24T22:30:00+01:00', '2026-11-25T00:30:00+01:00', at(now))).toEqual(['TOO_FAR']);
    }
  });

  it('reach to the end of the local day also over the nights when the clock is changed', () => {
    const open = ruled(
      { horizonDays: 2, leadMinutes: 0 },
      { opening: [hours({ weekdays: [1, 2, 3, 4, 5, 6, 7], opens: 0, closes: 1440 })] },
    );
    const spring = at('2026-03-27T23:30:00+01:00');
    expect(codes(open, '2026-03-29T22:00:00+02:00', '2026-03-30T00:00:00+02:00', spring)).toEqual([]);
    expect(codes(open, '2026-03-29T23:00:00+02:00', '2026-03-30T00:30:00+02:00', spring)).toEqual(['TOO_FAR']);
    const autumn = at('2026-10-23T00:30:00+02:00');
    expect(codes(open, '2026-10-25T22:00:00+01:00', '2026-10-26T00:00:00+01:00', autumn)).toEqual([]);
    expect(codes(open, '2026-10-25T23:00:00+01:00', '2026-10-26T00:30:00+01:00', autumn)).toEqual(['TOO_FAR']);
  });

  describe('with a notice in working days', () => {
    const listing = ruled({ leadMinutes: 0, leadWorkingDays: 1, horizonDays: 60 });
    const friday = at('2026-11-27T15:00:00+01:00');

    it('let nobody book on Friday afternoon for Monday morning', () => {
      expect(codes(listing, '2026-11-30T10:00:00+01:00', '2026-11-30T12:00:00+01:00', friday)).toEqual(['TOO_SOON']);
      expect(codes(listing, '2026-11-30T16:00:00+01:00', '2026-11-30T18:00:00+01:00', friday)).toEqual([]);
    });

    it('skip public holidays', () => {
      const maundyWednesday = at('2027-03-24T12:00:00+01:00');
      expect(codes(listing, '2027-03-30T10:00:00+02:00', '2027-03-30T12:00:00+02:00', maundyWednesday)).toEqual([
        'TOO_SOON',
      ]);
      expect(codes(listing, '2027-03-30T16:00:00+02:00', '2027-03-30T18:00:00+02:00', maundyWednesday)).toEqual([]);
    });

    it('keep the later of both notices', () => {
      const both = ruled({ leadMinutes: 5 * 1440, leadWorkingDays: 1, horizonDays: 60 });
      expect(codes(both, '2026-12-01T10:00:00+01:00', '2026-12-01T12:00:00+01:00', friday)).toEqual(['TOO_SOON']);
    });

    it('are counted where the listing is: in Auckland it is Saturday already', () => {
      const auckland = ruled({ leadMinutes: 0, leadWorkingDays: 1 }, { timezone: 'Pacific/Auckland' });
      expect(codes(auckland, '2026-11-30T15:00:00+13:00', '2026-11-30T16:00:00+13:00', friday)).toEqual(['TOO_SOON']);
      expect(codes(auckland, '2026-11-30T16:00:00+13:00', '2026-11-30T17:00:00+13:00', friday)).toEqual([]);
    });
  });
});

const somebody: BookerFacts = { birthDate: '2008-11-24', roleKeys: ['end_user'], used: new Map() };
const about = (rules: BookingRuleOverrides, facts: Partial<BookerFacts> = {}, more: Partial<RuleWish> = {}) =>
  checkRules(
    ruled(rules),
    wish('2026-11-24T18:00:00+01:00', '2026-11-24T20:00:00+01:00', more),
    { ...somebody, ...facts },
    NOW,
  ).map(({ code }) => code);
const club = { behalf: { kind: 'association' } };

describe('the rules about who books', () => {
  it.each([
    ['is old enough from the birthday on', { minAge: 18 }, {}, {}, []],
    ['is too young the day before', { minAge: 18 }, { birthDate: '2008-11-25' }, {}, ['TOO_YOUNG']],
    ['is not too old in the last year', { maxAge: 18 }, {}, {}, []],
    ['is too old', { maxAge: 17 }, {}, {}, ['TOO_OLD']],
    ['has no known age', { minAge: 1 }, { birthDate: null }, {}, ['AGE_UNKNOWN']],
    ['need have no known age where nobody asks', {}, { birthDate: null }, {}, []],
    ['has one of the roles', { roleKeys: ['club', 'end_user'] }, {}, {}, []],
    ['has none of the roles', { roleKeys: ['club'] }, {}, {}, ['ROLE_NOT_ALLOWED']],
    ['books for nobody else', { bookers: 'organizations' }, {}, {}, ['ONLY_FOR_ORGANIZATIONS']],
    ['books for a club', { bookers: 'organizations', organizationKinds: ['association'] }, {}, club, []],
    ['books for a club where only persons may', { bookers: 'persons' }, {}, club, ['ONLY_FOR_PERSONS']],
    ['books for the wrong kind', { organizationKinds: ['company'] }, {}, club, ['ORGANIZATION_KIND_NOT_ALLOWED']],
    ['books for themselves where some kinds may', { organizationKinds: ['company'] }, {}, {}, []],
    ['books in a group that may', { pricingGroups: ['private'] }, {}, {}, []],
    ['books in a group that may not', { pricingGroups: ['school'] }, {}, {}, ['PRICING_GROUP_NOT_ALLOWED']],
  ] as [string, BookingRuleOverrides, Partial<BookerFacts>, Partial<RuleWish>, string[]][])(
    'somebody who %s',
    (_, rules, facts, more, expected) => expect(about(rules, facts, more)).toEqual(expected),
  );

  it('are told together with those about time', () => {
    const listing = ruled({ minAge: 30, bookers: 'organizations', roleKeys: ['club'] });
    const refused = checkRules(listing, wish('2026-11-28T12:00:00+01:00', '2026-11-28T12:15:00+01:00'), somebody, NOW);
    expect(refused.map(({ code }) => code)).toEqual([
      'OUTSIDE_OPENING_HOURS',
      'STEP',
      'TOO_SHORT',
      'TOO_YOUNG',
      'ROLE_NOT_ALLOWED',
      'ONLY_FOR_ORGANIZATIONS',
    ]);
  });

  it('are left out where nobody in particular asks', () => {
    const listing = ruled({ minAge: 30, bookers: 'organizations', roleKeys: ['club'] });
    expect(codes(listing, '2026-11-24T18:00:00+01:00', '2026-11-24T20:00:00+01:00')).toEqual([]);
  });

  it.each([
    ['2008-02-29', '2026-02-28', 17],
    ['2008-02-29', '2026-03-01', 18],
    ['2008-02-29', '2028-02-29', 20],
    ['1910-01-01', '2026-01-01', 116],
    ['2026-11-24', '2026-11-24', 0],
  ])('who was born on %s is on %s %i years old', (born, day, years) => expect(ageOn(born, dayOf(day))).toBe(years));

  it('ask for the age on the day of use where the listing is', () => {
    const midnight = wish('2026-11-25T00:00:00+01:00', '2026-11-25T02:00:00+01:00');
    const open = { opening: [hours({ opens: 0, closes: 1440 })] };
    const turns18 = { ...somebody, birthDate: '2008-11-25' };
    expect(checkRules(ruled({ minAge: 18 }, open), midnight, turns18, NOW)).toEqual([]);
    const london = ruled({ minAge: 18 }, { ...open, timezone: 'Europe/London' });
    expect(checkRules(london, midnight, turns18, NOW).map(({ code }) => code)).toEqual(['TOO_YOUNG']);
  });
});

const quota = (more: Partial<QuotaRule>): QuotaRule => ({
  id: 'q',
  name: name('Haller'),
  per: 'person',
  measure: 'bookings',
  most: 3,
  period: 'week',
  firstDay: null,
  lastDay: null,
  ...more,
});
const MONDAY = dayOf('2026-11-23');

describe('quotas', () => {
  const evening = wish('2026-11-24T18:00:00+01:00', '2026-11-24T20:00:00+01:00');
  const counted = (used: [string, number][]): BookerFacts => ({ ...somebody, used: new Map(used) });

  it('leave room until they are used up', () => {
    const listing = ruled({}, { quotas: [quota({}), quota({ id: 'm', measure: 'minutes', most: 360 })] });
    const week = (bookings: number, minutes: number) =>
      counted([
        [`q ${MONDAY}`, bookings],
        [`m ${MONDAY}`, minutes],
      ]);
    const told = (facts: BookerFacts) => checkRules(listing, evening, facts, NOW).map(({ values }) => values.quotaId);
    expect(told(week(2, 240))).toEqual([]);
    expect(told(week(3, 240))).toEqual(['q']);
    expect(told(week(2, 241))).toEqual(['m']);
    expect(told(week(9, 900))).toEqual(['q', 'm']);
  });

  it('of organizations are not asked about what somebody books for themselves, nor the other way round', () => {
    const listing = ruled({}, { quotas: [quota({ per: 'organization' })] });
    expect(checkRules(listing, evening, counted([]), NOW)).toEqual([]);
    expect(
      checkRules(listing, { ...evening, behalf: { kind: 'association' } }, counted([[`q ${MONDAY}`, 3]]), NOW),
    ).toHaveLength(1);
    expect(
      checkRules(ruled({}, { quotas: [quota({})] }), { ...evening, behalf: { kind: 'association' } }, counted([]), NOW),
    ).toEqual([]);
  });

  it('count each of many after those before it', () => {
    const listing = ruled({}, { quotas: [quota({ most: 2 })] });
    let facts = counted([
      [`q ${MONDAY}`, 0],
      [`q ${MONDAY + 7}`, 1],
    ]);
    const days = ['24', '25', '26', '30'].map((day) =>
      wish(`2026-11-${day}T18:00:00+01:00`, `2026-11-${day}T20:00:00+01:00`),
    );
    const found = days.map((each) => {
      const violations = checkRules(listing, each, facts, NOW);
      if (violations.length === 0) facts = factsAfter(facts, listing, each);
      return violations.length;
    });
    expect(found).toEqual([0, 0, 1, 0]);
    expect(facts.used).toEqual(
      new Map([
        [`q ${MONDAY}`, 2],
        [`q ${MONDAY + 7}`, 2],
      ]),
    );
  });

  it('whose use nobody counted are no reason to let somebody in', () => {
    expect(() => checkRules(ruled({}, { quotas: [quota({})] }), evening, counted([]), NOW)).toThrow('nobody counted');
  });
});

describe('the notice for changing and cancelling', () => {
  const starts = at('2026-11-24T18:00:00+01:00');

  it('is over when it says', () => {
    const listing = ruled({ cancelUntilMinutes: 1440, changeUntilMinutes: 60 });
    expect(checkNotice(listing, 'cancel', starts, starts - 1440)).toBeNull();
    expect(checkNotice(listing, 'cancel', starts, starts - 1439)).toMatchObject({
      code: 'CANCEL_TOO_LATE',
      values: { until: '2026-11-23T17:00:00.000Z' },
    });
    expect(checkNotice(listing, 'change', starts, starts - 60)).toBeNull();
    expect(checkNotice(listing, 'change', starts, starts - 59)?.code).toBe('CHANGE_TOO_LATE');
  });

  it('is until the start where there is none', () => {
    expect(checkNotice(ruled(), 'cancel', starts, starts)).toBeNull();
    expect(checkNotice(ruled(), 'cancel', starts, starts + 1)?.code).toBe('CANCEL_TOO_LATE');
  });
});

describe('what people are told', () => {
  const words = (listing: RuledListing, asked: RuleWish, facts: BookerFacts | null = null, now = NOW) =>
    checkRules(listing, asked, facts, now).map((violation) =>
      (['nb', 'nn', 'en'] as const).map((locale) => wordingOf(violation, locale, listing.timezone)),
    );

  it('is when it is open on the clock of the listing, and why it is not', () => {
    const christmas = hours({
      kind: 'exception',
      weekdays: [1, 2, 3, 4, 5, 6, 7],
      opens: null,
      closes: null,
      firstDay: dayOf('2026-12-15'),
      lastDay: dayOf('2026-12-15'),
      note: name('Luciadagen'),
    });
    const listing = ruled({}, { opening: [hours({}), christmas] });
    expect(words(listing, wish('2026-11-24T21:00:00+01:00', '2026-11-24T23:00:00+01:00'))).toEqual([
      [
        'Det er ikke åpent hele tiden. Åpent tirsdag 24. november 2026: 08.00–22.00.',
        'Det er ikkje ope heile tida. Ope tysdag 24. november 2026: 08.00–22.00.',
        'It is not open all of that time. Open Tuesday 24 November 2026: 08:00–22:00.',
      ],
    ]);
    const [[closed]] = words(listing, wish('2026-12-15T18:00:00+01:00', '2026-12-15T20:00:00+01:00')) as [[string]];
    expect(closed).toBe('Det er ikke åpent hele tiden. Stengt tirsdag 15. desember 2026 (Luciadagen).');
  });

  it('is the day on which it is closed, where a stay lasts several', () => {
    const night = hours({ opens: 0, closes: 1440 });
    const listing = ruled({ maxDurationMinutes: 10_000 }, { opening: [night] });
    const [[text]] = words(listing, wish('2026-11-26T00:00:00+01:00', '2026-11-29T00:00:00+01:00')) as [[string]];
    expect(text).toBe('Det er ikke åpent hele tiden. Stengt lørdag 28. november 2026.');
  });

  it('is what would be allowed, in local time', () => {
    const listing = ruled({ maxDurationMinutes: 90, leadWorkingDays: 1 });
    const [long, soon] = words(listing, wish('2026-11-23T11:00:00+01:00', '2026-11-23T13:00:00+01:00'));
    expect(long).toEqual([
      'Lengste varighet er 1 t 30 min.',
      'Lengste lengd er 1 t 30 min.',
      'The longest duration is 1 h 30 min.',
    ]);
    expect(soon?.[0]).toBe('Kan tidligst starte tirsdag 24. november 2026 kl. 16.00.');
    expect(soon?.[2]).toBe('The earliest start is Tuesday 24 November 2026 at 16:00.');
  });

  it('is what a quota allows and how much is used', () => {
    const listing = ruled(
      {},
      {
        quotas: [quota({ name: name('Haller') }), quota({ id: 'm', measure: 'minutes', most: 360, period: 'active' })],
      },
    );
    const facts = {
      ...somebody,
      used: new Map([
        [`q ${MONDAY}`, 3],
        ['m active', 270],
      ]),
    };
    const [bookings, minutes] = words(listing, wish('2026-11-24T18:00:00+01:00', '2026-11-24T20:00:00+01:00'), facts);
    expect(bookings?.[0]).toBe(
      'Haller: høyst 3 bookinger per uke, og 3 bookinger er brukt. Velg en annen tid, eller avbestill noe.',
    );
    expect(minutes?.[2]).toBe(
      'Haller: at most 6 h at a time, of which 4 h 30 min is used. Choose another time, or cancel something.',
    );
  });

  it('leaves no placeholder open, in any language', () => {
    const listing = ruled(
      {
        minAge: 30,
        maxAge: NO_MAX_AGE,
        roleKeys: ['club'],
        organizationKinds: ['company'],
        pricingGroups: ['school'],
        bookers: 'organizations',
      },
      { quotas: [quota({ most: 1 })] },
    );
    const all = [
      ...words(listing, wish('2026-11-28T10:10:00+01:00', '2026-11-28T10:20:00+01:00'), {
        ...somebody,
        used: new Map([[`q ${MONDAY}`, 1]]),
      }),
      ...words(listing, wish('2027-11-30T10:00:00+01:00', '2027-12-01T10:00:00+01:00', club)),
    ].flat();
    for (const text of all) expect(text).not.toMatch(/[{}]|undefined|\[object|NaN|Invalid/);
  });
});
