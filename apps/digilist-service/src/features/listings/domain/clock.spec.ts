import { dateText, dayOf, isTimeZone, localDay, localInstant, ruleInstant, wallTime, weekdayOf } from './clock.js';

const OSLO = 'Europe/Oslo';
const at = (text: string) => Date.parse(text) / 60_000;
/** 2026: forward on 29 March, back on 25 October. */
const SPRING = dayOf('2026-03-29');
const AUTUMN = dayOf('2026-10-25');

describe('the clock on the wall', () => {
  it('knows the weekday and the date of a day', () => {
    expect(weekdayOf(dayOf('2026-11-22'))).toBe(7);
    expect(weekdayOf(dayOf('1969-12-31'))).toBe(3);
    expect(dateText(dayOf('2028-02-29'))).toBe('2028-02-29');
  });

  it('has a day of 23 hours in spring and one of 25 in autumn', () => {
    expect([localDay(OSLO, SPRING).length, localDay(OSLO, AUTUMN).length, localDay(OSLO, AUTUMN + 1).length]).toEqual([
      1380, 1500, 1440,
    ]);
  });

  it('does not pretend that a skipped time exists', () => {
    expect(localInstant(OSLO, SPRING, 150)).toEqual({ kind: 'nonexistent', after: at('2026-03-29T01:00:00Z') });
    expect(localInstant(OSLO, SPRING, 180)).toEqual({ kind: 'unique', minute: at('2026-03-29T01:00:00Z') });
  });

  it('gives both instants of a time that occurs twice', () => {
    expect(localInstant(OSLO, AUTUMN, 150)).toEqual({
      kind: 'ambiguous',
      earlier: at('2026-10-25T00:30:00Z'),
      later: at('2026-10-25T01:30:00Z'),
    });
    expect(ruleInstant(OSLO, AUTUMN, 150, 'last') - ruleInstant(OSLO, AUTUMN, 150, 'first')).toBe(60);
  });

  it.each([['Europe/Oslo'], ['America/St_Johns'], ['Asia/Kathmandu'], ['Pacific/Apia'], ['UTC']])(
    'reads in %s what it was set to, through two years of hours',
    (zone) => {
      for (let minute = at('2026-01-01T00:00:00Z'); minute < at('2028-01-01T00:00:00Z'); minute += 60) {
        const { day, minute: wall } = wallTime(zone, minute);
        const back = localInstant(zone, day, wall);
        const candidates =
          back.kind === 'unique' ? [back.minute] : back.kind === 'ambiguous' ? [back.earlier, back.later] : [];
        if (!candidates.includes(minute)) throw new Error(`${zone} ${minute} → ${JSON.stringify(back)}`);
      }
    },
  );

  it('tells zones from nonsense', () => {
    expect([isTimeZone('Europe/Oslo'), isTimeZone('Europe/Fjordvik'), isTimeZone('+02:00')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
