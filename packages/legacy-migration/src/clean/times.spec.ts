import { describe, expect, it } from '@jest/globals';
import { instantOfWall, iso, readInstant } from './times.js';

const oslo = (text: string, prefer?: 'first' | 'last') => {
  const read = instantOfWall(text, 'Europe/Oslo', prefer);
  return read && [iso(read.at), read.repair];
};

describe('a wall-clock time of Oslo', () => {
  it('is the instant that PostgreSQL makes of it, in summer and in winter', () => {
    expect(oslo('2024-07-01 12:00:00')).toEqual(['2024-07-01T10:00:00.000Z', undefined]);
    expect(oslo('2024-01-01 00:30:00.5')).toEqual(['2023-12-31T23:30:00.500Z', undefined]);
  });

  it('that the clock skipped in spring is as much later as the clock jumped', () => {
    expect(oslo('2024-03-31 02:30:00')).toEqual(['2024-03-31T01:30:00.000Z', 'TIME_SKIPPED']);
    expect(oslo('2024-03-31 01:59:59')).toEqual(['2024-03-31T00:59:59.000Z', undefined]);
    expect(oslo('2024-03-31 03:00:00')).toEqual(['2024-03-31T01:00:00.000Z', undefined]);
  });

  it('that happened twice in autumn begins at the first and ends at the last', () => {
    expect(oslo('2024-10-27 02:30:00', 'first')).toEqual(['2024-10-27T00:30:00.000Z', 'TIME_AMBIGUOUS']);
    expect(oslo('2024-10-27 02:30:00', 'last')).toEqual(['2024-10-27T01:30:00.000Z', 'TIME_AMBIGUOUS']);
    expect(oslo('2024-10-27 01:30:00')).toEqual(['2024-10-26T23:30:00.000Z', undefined]);
    expect(oslo('2024-10-27 03:00:00')).toEqual(['2024-10-27T02:00:00.000Z', undefined]);
  });

  it('is none where it is no time', () => {
    expect(oslo('i morgen')).toBeNull();
    expect(instantOfWall(null, 'UTC')).toBeNull();
  });
});

it('an instant is read as a session in UTC writes it', () => {
  expect(readInstant('2024-05-17 10:00:00.25+00')).toBe(Date.UTC(2024, 4, 17, 10, 0, 0, 250));
  expect(readInstant('2024-05-17 10:00:00')).toBeNull();
});
