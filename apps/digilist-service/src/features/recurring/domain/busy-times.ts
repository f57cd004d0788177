import type { ConflictReason } from '@digilist/contracts';
import { type Busy, covers, freeTime } from '../../calendar/index.js';
import type { Claim, Minute } from '../../listings/index.js';

/** Somebody has an atom; `owner` where it is one of the bookings that were asked about. */
export interface OwnedBusy extends Busy {
  readonly atom: number;
  readonly owner: string | null;
}

export interface Span {
  readonly from: Minute;
  readonly until: Minute;
}

export interface InTheWay {
  readonly reason: ConflictReason;
  readonly atomIds: readonly string[];
}

/** Who has what around the dates of a series, and what the series itself takes while it is being planned. */
export class BusyTimes {
  private readonly byAtom = new Map<number, Busy[]>();

  /** @param given bookings whose time is given back first */
  constructor(busy: readonly OwnedBusy[], given: ReadonlySet<string>) {
    for (const stay of busy) if (stay.owner === null || !given.has(stay.owner)) this.put(stay.atom, stay);
  }

  /** What is in the way of all these claims at a time; null when nothing is. The calendar shows free time by the same function. */
  inTheWay(claims: readonly Claim[], { from, until }: Span): InTheWay | null {
    const taken = claims.filter((claim) => {
      const near = this.near(claim, from, until);
      return (
        near.length > 0 &&
        !covers(
          freeTime([from, until], [claim], () => near),
          from,
          until,
        )
      );
    });
    const [first] = taken;
    if (!first) return null;
    const reason = taken.some(({ exclusive }) => exclusive) ? 'occupied' : 'stock';
    return { reason, atomIds: taken.map(({ atomId }) => atomId) };
  }

  take(claims: readonly Claim[], { from, until }: Span): void {
    for (const { atomNumber, quantity, bufferBeforeMinutes, bufferAfterMinutes } of claims) {
      this.put(atomNumber, { from, until, buffer: false, quantity });
      if (bufferBeforeMinutes > 0)
        this.put(atomNumber, { from: from - bufferBeforeMinutes, until: from, buffer: true, quantity: 1 });
      if (bufferAfterMinutes > 0)
        this.put(atomNumber, { from: until, until: until + bufferAfterMinutes, buffer: true, quantity: 1 });
    }
  }

  /** All that is known, for whoever looks for other times. */
  get stays(): ReadonlyMap<number, readonly Busy[]> {
    return this.byAtom;
  }

  private near(claim: Claim, from: Minute, until: Minute): Busy[] {
    const [start, end] = [from - claim.bufferBeforeMinutes, until + claim.bufferAfterMinutes];
    return (this.byAtom.get(claim.atomNumber) ?? []).filter((stay) => stay.from < end && stay.until > start);
  }

  private put(atom: number, stay: Busy): void {
    const known = this.byAtom.get(atom);
    if (known) known.push(stay);
    else this.byAtom.set(atom, [stay]);
  }
}
