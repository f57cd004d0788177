import type { UtilisationStep } from '@digilist/contracts';
import { type Day, dateText, localDay, type Minute, wallTime, weekdayOf } from '../../listings/index.js';
import type { Buckets } from './used-time.js';

const HOURS_A_WEEK = 168;

/** First days of the periods that [from, to) consists of; the first and the last may be cut. */
export function periodStarts(from: Day, to: Day, step: UtilisationStep): Day[] {
  const starts: Day[] = [];
  for (let day = from; day < to; day++) {
    const begins = step === 'day' || (step === 'week' ? weekdayOf(day) === 1 : dateText(day).endsWith('-01'));
    if (day === from || begins) starts.push(day);
  }
  return starts;
}

/** How many of the first listings one answer can hold: at least one, whose figures then are that many. */
export function listingsThatFit(zonesOfEach: readonly number[], periods: number, most: number): number {
  let figures = 0;
  const fit = zonesOfEach.findIndex((zones, at) => {
    figures += zones * periods;
    return at > 0 && figures > most;
  });
  return fit === -1 ? zonesOfEach.length : fit;
}

/** By the clock of a time zone: a day has 23 or 25 hours where the clock is changed. */
export function bucketsOf(starts: readonly Day[], to: Day, zone: string): Buckets {
  return {
    boundaries: [...starts, to].map((day) => localDay(zone, day).starts),
    bucketOf: starts.map((_, at) => at),
    count: starts.length,
  };
}

/** By the hours of the week: 0 is Monday 00:00–01:00. */
export function hoursOfTheWeek(from: Day, to: Day, zone: string): Buckets {
  const boundaries: Minute[] = [];
  const bucketOf: number[] = [];
  const end = localDay(zone, to).starts;
  for (let at = localDay(zone, from).starts; at < end; at += 60) {
    const { day, minute } = wallTime(zone, at);
    boundaries.push(at);
    bucketOf.push((weekdayOf(day) - 1) * 24 + Math.floor(minute / 60));
  }
  return { boundaries: [...boundaries, end], bucketOf, count: HOURS_A_WEEK };
}
