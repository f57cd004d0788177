import type { Claim, Minute } from '../../listings/index.js';

/** Who has an atom when. */
export interface Occupant {
  readonly atomId: string;
  readonly from: Minute;
  readonly until: Minute;
  /** Kept free around a booking. */
  readonly buffer: boolean;
  readonly quantity: number;
  readonly kind: string;
  readonly bookingId: string | null;
  readonly holdId: string | null;
  readonly blockId: string | null;
  readonly userId: string | null;
  readonly onBehalfOfOrgId: string | null;
}

/** What stands in the way of some claims. */
export interface Obstacle {
  readonly reason: 'occupied' | 'stock';
  readonly atoms: readonly string[];
  readonly occupants: readonly Occupant[];
  /** How many could still be had, where they are counted. */
  readonly left: number | null;
}

interface Span {
  readonly from: Minute;
  readonly until: Minute;
}

/** Everything that stands in the way of claims for a time, as taking it would find out: nothing when it is free. */
export function obstaclesTo(
  claims: readonly Claim[],
  quantity: number,
  occupants: readonly Occupant[],
  span: Span,
): Obstacle[] {
  const taken = claims
    .filter(({ exclusive }) => exclusive)
    .map((claim) => ({ claim, by: occupants.filter((each) => excludes(each, claim, span)) }))
    .filter(({ by }) => by.length > 0);
  const short = claims
    .filter(({ exclusive }) => !exclusive)
    .map((claim) => {
      const by = occupants.filter((each) => each.atomId === claim.atomId && overlaps(each, span));
      return { claim, by, left: claim.stock - highestLoad(by, span) };
    })
    .filter(({ claim, left }) => left < claim.quantity);
  return [
    ...obstacle('occupied', taken, null),
    // Of a package each counted part allows so many; the scarcest decides.
    ...obstacle(
      'stock',
      short,
      Math.min(...short.map(({ claim, left }) => Math.max(0, Math.floor((left * quantity) / claim.quantity)))),
    ),
  ];
}

function obstacle(
  reason: Obstacle['reason'],
  parts: readonly { claim: Claim; by: readonly Occupant[] }[],
  left: number | null,
): Obstacle[] {
  if (parts.length === 0) return [];
  return [{ reason, atoms: parts.map(({ claim }) => claim.atomId), occupants: parts.flatMap(({ by }) => by), left }];
}

const overlaps = (a: Span, b: Span): boolean => a.from < b.until && b.from < a.until;

/** A buffer gives way to other buffers only; what is there keeps its distance to what comes. */
function excludes(each: Occupant, claim: Claim, span: Span): boolean {
  if (each.atomId !== claim.atomId) return false;
  if (each.buffer) return overlaps(each, span);
  const { bufferBeforeMinutes, bufferAfterMinutes } = claim;
  return overlaps(each, { from: span.from - bufferBeforeMinutes, until: span.until + bufferAfterMinutes });
}

/** The most that are out at one instant, not the sum of all that come by. */
function highestLoad(occupants: readonly Occupant[], span: Span): number {
  const changes = occupants.flatMap(({ from, until, quantity }): [Minute, number][] => [
    [Math.max(from, span.from), quantity],
    [until, -quantity],
  ]);
  changes.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let [load, highest] = [0, 0];
  for (const [, change] of changes) {
    load += change;
    highest = Math.max(highest, load);
  }
  return highest;
}
