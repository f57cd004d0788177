import { type Day, dayOf, type OpeningRule } from '../../listings/index.js';
import { isPublicHoliday } from './holidays.js';
import { length } from './intervals.js';
import { openingSpans } from './opening-hours.js';

const OSLO = 'Europe/Oslo';
const ALL = [1, 2, 3, 4, 5, 6, 7];
const hour = (h: number) => h * 60;
const at = (text: string) => Date.parse(text) / 60_000;
const rule = (
  kind: OpeningRule['kind'],
  opens: number | null,
  closes: number | null,
  more: Partial<OpeningRule> = {},
): OpeningRule => ({
  kind,
  weekdays: ALL,
  opens,
  closes,
  firstDay: null,
  lastDay: null,
  note: null,
  ...more,
});
const dates = (first: string, last = first) => ({ firstDay: dayOf(first), lastDay: dayOf(last) });
const never = (_: Day) => false;
const open = (rules: OpeningRule[], from: string, until: string, holidays = never) =>
  openingSpans(rules, OSLO, holidays, at(from), at(until));

const weekdays = rule('weekly', hour(8), hour(22), { weekdays: [1, 2, 3, 4, 5] });

describe('opening hours', () => {
  it('repeat by the week, in local time, and are cut to the window', () => {
    const week = open([weekdays], '2026-11-23T11:00:00Z', '2026-11-30T00:00:00Z');
    expect(week.slice(0, 2)).toEqual([at('2026-11-23T11:00:00Z'), at('2026-11-23T21:00:00Z')]);
    expect(week.length / 2).toBe(5);
  });

  it('are closed where no rule opens', () => {
    expect(open([], '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z')).toEqual([]);
  });

  it('a season speaks for all of its days, the ones it does not name included', () => {
    const summer = rule('season', hour(10), hour(14), { weekdays: [2], ...dates('2026-07-01', '2026-07-31') });
    expect(length(open([weekdays, summer], '2026-07-06T00:00:00+02:00', '2026-07-13T00:00:00+02:00'))).toBe(hour(4));
    expect(length(open([weekdays, summer], '2026-08-03T00:00:00+02:00', '2026-08-10T00:00:00+02:00'))).toBe(hour(70));
  });

  it('an exception decides its day over season, week and holiday', () => {
    const closed = rule('exception', null, null, dates('2026-11-24'));
    const longer = rule('exception', hour(6), hour(24), dates('2026-11-25'));
    const spans = open([weekdays, closed, longer], '2026-11-24T00:00:00+01:00', '2026-11-26T00:00:00+01:00');
    expect(spans).toEqual([at('2026-11-25T06:00:00+01:00'), at('2026-11-26T00:00:00+01:00')]);
  });

  it('keep public holidays by their own rule, and ignore them without one', () => {
    const day = ['2027-05-17T00:00:00+02:00', '2027-05-18T00:00:00+02:00'] as const;
    const closed = rule('public_holiday', null, null);
    const short = rule('public_holiday', hour(12), hour(16));
    expect(length(open([weekdays, closed], ...day, isPublicHoliday))).toBe(0);
    expect(length(open([weekdays, short], ...day, isPublicHoliday))).toBe(hour(4));
    expect(length(open([weekdays], ...day, isPublicHoliday))).toBe(hour(14));
  });

  it('lose what a blackout takes, all day or for some hours', () => {
    const hours = rule('blackout', hour(12), hour(13), dates('2026-11-23', '2026-11-27'));
    const days = rule('blackout', null, null, dates('2026-11-26', '2026-11-27'));
    expect(length(open([weekdays, hours, days], '2026-11-23T00:00:00+01:00', '2026-11-30T00:00:00+01:00'))).toBe(
      hour(39),
    );
  });

  it('run through midnight where one day ends and the next begins', () => {
    const evening = rule('weekly', hour(18), hour(24), { weekdays: [5] });
    const night = rule('weekly', 0, hour(2), { weekdays: [6] });
    expect(open([evening, night], '2026-11-27T00:00:00Z', '2026-11-29T00:00:00Z')).toEqual([
      at('2026-11-27T18:00:00+01:00'),
      at('2026-11-28T02:00:00+01:00'),
    ]);
  });

  it('a whole day is 23 hours in spring and 25 in autumn', () => {
    const always = rule('weekly', 0, hour(24));
    expect(length(open([always], '2026-03-29T00:00:00+01:00', '2026-03-30T00:00:00+02:00'))).toBe(hour(23));
    expect(length(open([always], '2026-10-25T00:00:00+02:00', '2026-10-26T00:00:00+01:00'))).toBe(hour(25));
  });

  it('on the nights when the clock is changed a skipped opening time is the jump, and of two the first opens', () => {
    const night = rule('weekly', 150, hour(5));
    expect(open([night], '2026-03-29T00:00:00+01:00', '2026-03-30T00:00:00+02:00')).toEqual([
      at('2026-03-29T03:00:00+02:00'),
      at('2026-03-29T05:00:00+02:00'),
    ]);
    expect(length(open([night], '2026-10-25T00:00:00+02:00', '2026-10-26T00:00:00+01:00'))).toBe(hour(3.5));
  });
});

describe('Norwegian public holidays', () => {
  it.each([
    ['2026-04-02', 'Maundy Thursday'],
    ['2026-04-06', 'Easter Monday'],
    ['2026-05-01', 'Labour Day'],
    ['2026-05-14', 'Ascension Day'],
    ['2026-05-17', 'Constitution Day'],
    ['2026-05-25', 'Whit Monday'],
    ['2026-12-25', 'Christmas Day'],
    ['2027-01-01', "New Year's Day"],
  ])('%s is %s', (date) => expect(isPublicHoliday(dayOf(date))).toBe(true));

  it.each([['2026-12-24'], ['2026-11-23'], ['2026-06-23']])('%s is none', (date) =>
    expect(isPublicHoliday(dayOf(date))).toBe(false),
  );
});

describe('seasons', () => {
  it('reach across New Year', () => {
    const winter = rule('season', hour(10), hour(14), dates('2026-12-15', '2027-01-15'));
    expect(length(open([weekdays, winter], '2026-12-31T00:00:00+01:00', '2027-01-02T00:00:00+01:00'))).toBe(hour(8));
    expect(length(open([weekdays, winter], '2027-01-18T00:00:00+01:00', '2027-01-19T00:00:00+01:00'))).toBe(hour(14));
  });

  it('that overlap: the one with the fewest days decides, as a whole', () => {
    const summer = rule('season', hour(10), hour(14), dates('2027-06-01', '2027-08-31'));
    const fair = rule('season', hour(8), hour(24), { weekdays: [1, 2], ...dates('2027-07-05', '2027-07-11') });
    expect(length(open([summer, fair], '2027-07-05T00:00:00+02:00', '2027-07-12T00:00:00+02:00'))).toBe(hour(32));
    expect(length(open([fair, summer], '2027-07-12T00:00:00+02:00', '2027-07-13T00:00:00+02:00'))).toBe(hour(4));
  });

  it('and so do exceptions: a day within a closed week', () => {
    const week = rule('exception', null, null, dates('2026-12-21', '2026-12-27'));
    const day = rule('exception', hour(12), hour(15), dates('2026-12-23'));
    expect(length(open([weekdays, week, day], '2026-12-21T00:00:00+01:00', '2026-12-28T00:00:00+01:00'))).toBe(hour(3));
  });
});
