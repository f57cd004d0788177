import { describe, expect, it } from '@jest/globals';
import { addDays, instant, localDate, localTime, next, weekday } from './clock.js';

describe('the clock of the demo', () => {
  it('knows summer and winter time, and midnight', () => {
    expect(instant('2026-12-01', '18:00')).toBe('2026-12-01T17:00:00.000Z');
    expect(instant('2026-07-01', '18:00')).toBe('2026-07-01T16:00:00.000Z');
    expect(instant('2026-12-01', '24:00')).toBe(instant('2026-12-02', '00:00'));
    expect(instant('2026-10-25', '18:00')).toBe('2026-10-25T17:00:00.000Z');
    expect(localTime(new Date(instant('2026-03-29', '09:30')))).toBe('09:30');
    expect(localDate(new Date('2026-12-01T23:30:00Z'))).toBe('2026-12-02');
  });

  it('finds the next Tuesday, never today', () => {
    expect(weekday('2026-12-01')).toBe(2);
    expect(next('2026-12-01', 2)).toBe('2026-12-08');
    expect(next('2026-11-30', 2)).toBe('2026-12-01');
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  });
});
