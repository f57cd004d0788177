import Holidays from 'date-holidays';
import { isPublicHoliday } from './holidays.js';

const norway = new Holidays('NO', { types: ['public'] });
const DAY_MS = 86_400_000;

describe('public holidays', () => {
  it('are those of the published calendars, for a century and a half', () => {
    for (let year = 1970; year <= 2120; year++) {
      const expected = norway.getHolidays(year).map(({ date }) => date.slice(0, 10));
      const found: string[] = [];
      for (let day = Date.UTC(year, 0, 1); day < Date.UTC(year + 1, 0, 1); day += DAY_MS) {
        if (isPublicHoliday(day / DAY_MS)) found.push(new Date(day).toISOString().slice(0, 10));
      }
      expect(found).toEqual([...new Set(expected)].sort());
    }
  });
});
