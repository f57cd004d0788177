import type { TimeWanted } from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { requireTime } from './interval.js';

const OSLO = 'Europe/Oslo';
const shown = ([from, until]: [number, number]) =>
  [from, until].map((minute) => new Date(minute * 60_000).toISOString());
const local = (localStartsAt: string, localEndsAt: string, zone = OSLO) =>
  shown(requireTime({ localStartsAt, localEndsAt }, zone, 400));

function refused(wanted: TimeWanted, zone = OSLO): Refusal {
  try {
    requireTime(wanted, zone, 400);
  } catch (error) {
    if (error instanceof Refusal) return error;
  }
  throw new Error('it was not refused');
}

describe('a time by the clock of the listing', () => {
  it.each([
    ['in winter', '2026-12-01T18:00', '2026-12-01T20:00', OSLO, '2026-12-01T17:00', '2026-12-01T19:00'],
    ['in summer', '2026-07-01T18:00', '2026-07-01T20:00', OSLO, '2026-07-01T16:00', '2026-07-01T18:00'],
    ['until the end of the day', '2026-12-01T00:00', '2026-12-01T24:00', OSLO, '2026-11-30T23:00', '2026-12-01T23:00'],
    [
      'through the night of 25 hours',
      '2026-10-25T00:00',
      '2026-10-25T24:00',
      OSLO,
      '2026-10-24T22:00',
      '2026-10-25T23:00',
    ],
    [
      'through the night of 23 hours',
      '2027-03-28T00:00',
      '2027-03-28T24:00',
      OSLO,
      '2027-03-27T23:00',
      '2027-03-28T22:00',
    ],
    ['elsewhere', '2026-12-01T18:00', '2026-12-01T20:00', 'Asia/Kathmandu', '2026-12-01T12:15', '2026-12-01T14:15'],
  ])('%s is the instant that it shows', (_what, starts, ends, zone, from, until) => {
    expect(local(starts, ends, zone)).toEqual([`${from}:00.000Z`, `${until}:00.000Z`]);
  });

  it('that occurs twice is refused with both instants, at either end', () => {
    const refusal = refused({ localStartsAt: '2026-10-25T02:30', localEndsAt: '2026-10-25T04:00' });
    expect(refusal.code).toBe('AMBIGUOUS_LOCAL_TIME');
    expect(refusal.details).toEqual({
      timezone: OSLO,
      times: [
        {
          path: 'localStartsAt',
          localTime: '2026-10-25T02:30',
          candidates: ['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z'],
        },
      ],
    });
    const both = refused({ localStartsAt: '2026-10-25T02:00', localEndsAt: '2026-10-25T02:30' });
    expect(both.errors?.map(({ path }) => path)).toEqual(['localStartsAt', 'localEndsAt']);
  });

  it('that is skipped is refused with the last minute before and the first after', () => {
    const refusal = refused({ localStartsAt: '2027-03-28T01:00', localEndsAt: '2027-03-28T02:30' });
    expect([refusal.code, refusal.kind]).toEqual(['NONEXISTENT_LOCAL_TIME', 'rule']);
    expect(refusal.details?.times).toEqual([
      {
        path: 'localEndsAt',
        localTime: '2027-03-28T02:30',
        candidates: ['2027-03-28T00:59:00.000Z', '2027-03-28T01:00:00.000Z'],
      },
    ]);
    // Where the clock is not changed it is a time like any other.
    expect(local('2027-03-28T01:00', '2027-03-28T02:30', 'UTC')).toHaveLength(2);
  });

  it.each([
    ['nothing', {}, ['startsAt REQUIRED', 'endsAt REQUIRED']],
    ['half a pair', { startsAt: '2026-12-01T18:00:00Z' }, ['endsAt REQUIRED']],
    ['half a local pair', { localEndsAt: '2026-12-01T18:00' }, ['localStartsAt REQUIRED']],
    [
      'one end of each',
      { startsAt: '2026-12-01T18:00:00Z', localEndsAt: '2026-12-01T20:00' },
      ['localStartsAt REQUIRED', 'startsAt EXCLUDED'],
    ],
    [
      'both pairs',
      {
        startsAt: '2026-12-01T18:00:00Z',
        endsAt: '2026-12-01T19:00:00Z',
        localStartsAt: '2026-12-01T18:00',
        localEndsAt: '2026-12-01T19:00',
      },
      ['startsAt EXCLUDED', 'endsAt EXCLUDED'],
    ],
  ])('%s is not one time, and every field of it is named', (_what, wanted, problems) => {
    const refusal = refused(wanted);
    expect(refusal.code).toBe('VALIDATION_FAILED');
    expect(refusal.errors?.map(({ path, code }) => `${path} ${code}`)).toEqual(problems);
  });

  it('ends after it starts, is not too long and lies within what the calendar holds', () => {
    const code = (starts: string, ends: string) => {
      const refusal = refused({ localStartsAt: starts, localEndsAt: ends });
      return `${refusal.code} ${refusal.errors?.[0]?.path} ${refusal.errors?.[0]?.code}`;
    };
    expect(code('2026-12-01T18:00', '2026-12-01T18:00')).toBe('INVALID_INTERVAL localEndsAt NOT_AFTER_START');
    expect(code('2026-12-01T18:00', '2028-12-01T18:00')).toBe('INVALID_INTERVAL localEndsAt TOO_LONG');
    expect(code('1815-12-01T18:00', '2026-12-01T18:00')).toBe('INVALID_INTERVAL localStartsAt OUT_OF_RANGE');
  });
});
