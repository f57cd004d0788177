/** What stands in the way of a block. Instants are milliseconds. */

export type OccupantSort = 'booking' | 'hold' | 'block';

export interface Standing {
  readonly id: string;
  readonly sort: OccupantSort;
  readonly atomId: string;
  readonly quantity: number;
  readonly startsAt: number;
  readonly endsAt: number;
}

export interface Wanted {
  readonly atomId: string;
  readonly exclusive: boolean;
  readonly stock: number;
  readonly quantity: number;
}

export interface Time {
  readonly startsAt: Date;
  readonly endsAt: Date;
}

export interface InTheWay {
  readonly bookingIds: readonly string[];
  readonly holdIds: readonly string[];
  /** Nobody but who made them takes these away. */
  readonly blockIds: readonly string[];
}

/**
 * Who has to go so that `wanted` can be had. Of what is counted only as many as are needed: holds before bookings, and
 * the latest first, since who came first keeps what they have.
 *
 * @param standing what lies anywhere near the times that are wanted, on the atoms that are wanted
 */
export function inTheWay(wanted: readonly Wanted[], times: readonly Time[], standing: readonly Standing[]): InTheWay {
  const going = new Map<string, OccupantSort>();
  for (const { want, time } of wanted.flatMap((want) => times.map((time) => ({ want, time })))) {
    const [from, until] = [time.startsAt.getTime(), time.endsAt.getTime()];
    const here = standing
      .filter(({ atomId, startsAt, endsAt }) => atomId === want.atomId && startsAt < until && endsAt > from)
      .map((each) => ({ ...each, startsAt: Math.max(each.startsAt, from), endsAt: Math.min(each.endsAt, until) }));
    const leaves = want.exclusive
      ? here
      : toMakeRoom(
          here.filter(({ id }) => !going.has(id)),
          want.stock - want.quantity,
        );
    for (const { id, sort } of leaves) going.set(id, sort);
  }
  const ids = (sort: OccupantSort) => [...going].filter(([, other]) => other === sort).map(([id]) => id);
  return { bookingIds: ids('booking'), holdIds: ids('hold'), blockIds: ids('block') };
}

const LEAVES: readonly OccupantSort[] = ['hold', 'booking', 'block'];

/** Ids are in the order of their making. */
const laterFirst = (a: Standing, b: Standing): number =>
  LEAVES.indexOf(a.sort) - LEAVES.indexOf(b.sort) || (a.id < b.id ? 1 : -1);

function toMakeRoom(here: readonly Standing[], room: number): Standing[] {
  const candidates = [...here].sort(laterFirst);
  const leaving: Standing[] = [];
  for (let full = overfullAt(here, room); full !== null; ) {
    const at = full;
    const next = candidates.find((each) => !leaving.includes(each) && each.startsAt <= at && each.endsAt > at);
    if (!next) return leaving;
    leaving.push(next);
    full = overfullAt(
      here.filter((each) => !leaving.includes(each)),
      room,
    );
  }
  return leaving;
}

/** The first instant at which more are out than there is room for: one at which something begins. */
function overfullAt(standing: readonly Standing[], room: number): number | null {
  const changes = standing
    .flatMap(({ startsAt, endsAt, quantity }) => [
      { at: startsAt, change: quantity },
      { at: endsAt, change: -quantity },
    ])
    .sort((a, b) => a.at - b.at || a.change - b.change);
  let load = 0;
  for (const { at, change } of changes) {
    load += change;
    if (load > room) return at;
  }
  return null;
}
