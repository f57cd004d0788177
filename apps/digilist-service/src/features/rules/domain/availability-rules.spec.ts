import type { AvailabilityRule } from '@digilist/contracts';
import { ruleProblems } from './availability-rules.js';

const codes = (...rules: AvailabilityRule[]) => ruleProblems(rules).map(({ path, code }) => `${path} ${code}`);
const season = (firstDate: string, lastDate: string, more: Partial<AvailabilityRule> = {}): AvailabilityRule => ({
  kind: 'season',
  opens: '10:00',
  closes: '14:00',
  firstDate,
  lastDate,
  ...more,
});
const closed = { opens: undefined, closes: undefined };

describe('opening hours that contradict each other', () => {
  it('may overlap where one of them has fewer days: that one decides', () => {
    expect(codes(season('2027-06-01', '2027-08-31'), season('2027-07-05', '2027-07-11'))).toEqual([]);
  });

  it('are refused where both have as many days, so that nobody could say which decides', () => {
    expect(codes(season('2027-06-01', '2027-06-10'), season('2027-06-10', '2027-06-19'))).toEqual([
      'rules.1.firstDate OVERLAPS',
    ]);
    expect(codes(season('2027-06-01', '2027-06-10'), season('2027-06-11', '2027-06-20'))).toEqual([]);
  });

  it('may open twice a day in one season', () => {
    expect(
      codes(
        season('2027-06-01', '2027-06-30'),
        season('2027-06-01', '2027-06-30', { opens: '16:00', closes: '20:00' }),
      ),
    ).toEqual([]);
  });

  it('are refused where one opens and the other is closed on the same days', () => {
    const day = ['2026-12-24', '2026-12-24'] as const;
    const exception = { kind: 'exception' } as const;
    expect(codes(season(...day, exception), season(...day, { ...exception, ...closed }))).toEqual([
      'rules.1.opens OPEN_AND_CLOSED',
    ]);
    expect(
      codes(
        season(...day, { ...exception, weekdays: ['MO'] }),
        season(...day, { ...exception, ...closed, weekdays: ['TU'] }),
      ),
    ).toEqual([]);
    const holiday = (more: object): AvailabilityRule => ({ kind: 'public_holiday', ...more });
    expect(codes(holiday({ opens: '12:00', closes: '16:00' }), holiday({}))).toEqual(['rules.1.opens OPEN_AND_CLOSED']);
  });

  it('leave blackouts and the week alone: those add up', () => {
    expect(
      codes(
        season('2027-06-01', '2027-06-02', { kind: 'blackout' }),
        season('2027-06-02', '2027-06-03', { kind: 'blackout' }),
      ),
    ).toEqual([]);
    expect(
      codes({ kind: 'weekly', opens: '08:00', closes: '12:00' }, { kind: 'weekly', opens: '10:00', closes: '14:00' }),
    ).toEqual([]);
  });
});
