import { describe, expect, it } from '@jest/globals';
import { dayOf } from '../../listings/index.js';
import { isPublicHoliday } from './holidays.js';

/** Lov om 1. og 17. mai and lov om helligdager og helligdagsfred, as the official calendar has them. */
const BY_LAW: Record<number, string[]> = {
  2024: ['01-01', '03-28', '03-29', '03-31', '04-01', '05-01', '05-09', '05-17', '05-19', '05-20', '12-25', '12-26'],
  2026: ['01-01', '04-02', '04-03', '04-05', '04-06', '05-01', '05-14', '05-17', '05-24', '05-25', '12-25', '12-26'],
  2027: ['01-01', '03-25', '03-26', '03-28', '03-29', '05-01', '05-06', '05-16', '05-17', '12-25', '12-26'],
};

describe('public holidays', () => {
  it.each(Object.entries(BY_LAW))('of %s are those of the law, and no other day', (year, dates) => {
    const first = dayOf(`${year}-01-01`);
    const found: string[] = [];
    for (let day = first; day < dayOf(`${Number(year) + 1}-01-01`); day++) {
      if (isPublicHoliday(day)) found.push(new Date(day * 86_400_000).toISOString().slice(5, 10));
    }
    expect(found).toEqual(dates);
  });
});
