import { describe, expect, test } from '@jest/globals';
import { dueAt, MONTHS, MONTHS_EXTENDED } from './due-date.js';

const OSLO = 'Europe/Oslo';
const due = (received: string, months = MONTHS, timezone = OSLO) =>
  dueAt(new Date(received), months, timezone).toISOString();

describe('the time limit of a request', () => {
  test('ends with the same date of the next month, on the wall clock', () => {
    expect(due('2026-05-12T09:00:00Z')).toBe('2026-06-12T22:00:00.000Z');
  });

  test('ends with the last day of a shorter month: 31 January is due by the end of February', () => {
    expect(due('2026-01-31T12:00:00Z')).toBe('2026-02-28T23:00:00.000Z');
    expect(due('2028-01-31T12:00:00Z')).toBe('2028-02-29T23:00:00.000Z');
  });

  test('counts from the local day: half past eleven in the evening of the 31st in UTC is the 1st in Oslo', () => {
    expect(due('2026-01-31T23:30:00Z')).toBe('2026-03-01T23:00:00.000Z');
  });

  test('keeps to the wall clock across a change of the clocks', () => {
    expect(due('2026-03-15T12:00:00Z')).toBe('2026-04-15T22:00:00.000Z');
    expect(due('2026-10-10T12:00:00Z')).toBe('2026-11-10T23:00:00.000Z');
  });

  test('crosses the year', () => {
    expect(due('2026-12-31T12:00:00Z')).toBe('2027-01-31T23:00:00.000Z');
  });

  test('extended, is three months from the receipt', () => {
    expect(due('2026-11-30T12:00:00Z', MONTHS_EXTENDED)).toBe('2027-02-28T23:00:00.000Z');
  });

  test('follows the time zone of the tenant', () => {
    expect(due('2026-05-12T23:30:00Z', MONTHS, 'UTC')).toBe('2026-06-13T00:00:00.000Z');
  });
});
