import type { UsedTime } from '@digilist/contracts';
import type { Spans } from '../../calendar/index.js';
import type { Minute } from '../../listings/index.js';

/** Why an atom was taken. `absent`: a booking that nobody came to, whatever became of its time afterwards. */
export type Taking = 'completed' | 'agreed' | 'requested' | 'blocked' | 'absent';

export interface Stay {
  readonly taking: Taking;
  readonly from: Minute;
  readonly until: Minute;
  readonly quantity: number;
}

/** What a zone consists of: how many there are, and how many of them one booking of the zone takes. */
export interface TakenAtom {
  readonly stock: number;
  readonly perZone: number;
  readonly stays: readonly Stay[];
}

/** Where figures are cut: each part of time belongs to the bucket of the last boundary before it. */
export interface Buckets {
  /** In order; the first is the beginning and the last the end of the time that is counted. */
  readonly boundaries: readonly Minute[];
  /** Of the part from `boundaries[at]` on. */
  readonly bucketOf: readonly number[];
  readonly count: number;
}

export const nothingUsed = (): UsedTime => ({
  open: 0,
  booked: 0,
  requested: 0,
  blocked: 0,
  free: 0,
  used: 0,
  noShow: 0,
  outside: 0,
  demandRefused: 0,
});

interface Change {
  readonly at: Minute;
  readonly atom: number;
  readonly taking: Taking;
  readonly by: number;
}

/**
 * What became of the open time of a zone that can be had `capacity` times at once. It can be had as often as the fullest
 * of its atoms allows, as the calendar has it; of what takes the same time, what was agreed counts before what was asked
 * for, and that before a block.
 */
export function usedTime(open: Spans, capacity: number, atoms: readonly TakenAtom[], buckets: Buckets): UsedTime[] {
  const figures = Array.from({ length: buckets.count }, nothingUsed);
  const changes = changesOf(atoms);
  const cuts = cutsOf(open, changes, buckets);
  const loads = atoms.map(({ stock, perZone }) => ({
    stock,
    perZone,
    completed: 0,
    agreed: 0,
    requested: 0,
    blocked: 0,
    absent: 0,
  }));
  const missing = (of: (load: Record<Taking, number>) => number) =>
    loads.reduce((most, load) => {
      const left = Math.floor((load.stock - of(load)) / load.perZone);
      return Math.max(most, capacity - Math.max(0, Math.min(capacity, left)));
    }, 0);
  const takenNow = () => ({
    booked: missing(({ completed, agreed }) => completed + agreed),
    asked: missing(({ completed, agreed, requested }) => completed + agreed + requested),
    taken: missing(({ completed, agreed, requested, blocked }) => completed + agreed + requested + blocked),
    completed: missing(({ completed }) => completed),
    absent: missing(({ absent }) => absent),
  });
  let [next, bucket, span] = [0, 0, 0];
  let now = takenNow();
  for (let at = 0; at + 1 < cuts.length; at++) {
    const [from, until] = [cuts[at] as Minute, cuts[at + 1] as Minute];
    if (from === until) continue;
    // Most cuts are those of the buckets: what is taken is worked out where it changes only.
    if (next < changes.length && (changes[next] as Change).at <= from) {
      for (; next < changes.length && (changes[next] as Change).at <= from; next++) {
        const { atom, taking, by } = changes[next] as Change;
        (loads[atom] as Record<Taking, number>)[taking] += by;
      }
      now = takenNow();
    }
    while ((buckets.boundaries[bucket + 1] ?? Number.POSITIVE_INFINITY) <= from) bucket++;
    while (span < open.length && (open[span + 1] as Minute) <= from) span += 2;
    const isOpen = span < open.length && (open[span] as Minute) <= from;
    const minutes = until - from;
    const { booked, asked, taken, completed, absent } = now;
    const used = figures[buckets.bucketOf[bucket] as number] as UsedTime;
    if (!isOpen) {
      used.outside += minutes * booked;
      continue;
    }
    used.open += minutes * capacity;
    used.booked += minutes * booked;
    used.requested += minutes * (asked - booked);
    used.blocked += minutes * (taken - asked);
    used.free += minutes * (capacity - taken);
    used.used += minutes * completed;
    used.noShow += minutes * absent;
  }
  return figures;
}

/** What each bucket has of an interval, in minutes. */
export function share(from: Minute, until: Minute, { boundaries, bucketOf, count }: Buckets): number[] {
  const shares = Array.from({ length: count }, () => 0);
  for (let at = 0; at + 1 < boundaries.length; at++) {
    const part = Math.min(until, boundaries[at + 1] as Minute) - Math.max(from, boundaries[at] as Minute);
    if (part > 0) shares[bucketOf[at] as number] = (shares[bucketOf[at] as number] as number) + part;
  }
  return shares;
}

function changesOf(atoms: readonly TakenAtom[]): Change[] {
  const changes = atoms.flatMap(({ stays }, atom) =>
    stays.flatMap(({ taking, from, until, quantity }): Change[] => [
      { at: from, atom, taking, by: quantity },
      { at: until, atom, taking, by: -quantity },
    ]),
  );
  return changes.sort((a, b) => a.at - b.at);
}

/** Every instant at which anything changes, within the time that is counted; in order, some of them more than once. */
function cutsOf(open: Spans, changes: readonly Change[], { boundaries }: Buckets): Float64Array {
  const [first, last] = [boundaries[0] as Minute, boundaries.at(-1) as Minute];
  const within = (at: Minute) => at >= first && at <= last;
  const cuts = [...boundaries, ...open.filter(within), ...changes.map(({ at }) => at).filter(within)];
  return Float64Array.from(cuts).sort();
}
