const DAY = 86_400_000;

export interface TimeClaim {
  readonly key: string;
  readonly atoms: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly quantity: number;
  /** When it was confirmed; null: it never was, and gives way to all that were. */
  readonly confirmedAt: number | null;
  readonly madeAt: number;
}

const byRight = (a: TimeClaim, b: TimeClaim): number =>
  (a.confirmedAt ?? Number.POSITIVE_INFINITY) - (b.confirmedAt ?? Number.POSITIVE_INFINITY) ||
  a.madeAt - b.madeAt ||
  (a.key < b.key ? -1 : 1) ||
  0;

/**
 * Who has the time where several claim it: whoever was confirmed first. Depends on nothing but the claims, so every run
 * comes to the same answer, in whatever pieces it is made.
 *
 * @param stock of a counted unit; null where only one can have an atom at a time
 * @returns for each claim that loses, the key of one that stands in its way
 */
export function losers(claims: readonly TimeClaim[], stock: number | null): Map<string, string> {
  const lost = new Map<string, string>();
  const taken = new Map<string, TimeClaim[]>();
  const cells = ({ atoms, from, to }: TimeClaim): string[] => {
    const days: string[] = [];
    for (let day = Math.floor(from / DAY); day * DAY < to; day++) for (const atom of atoms) days.push(`${atom} ${day}`);
    return days;
  };
  for (const claim of [...claims].sort(byRight)) {
    const own = cells(claim);
    const inTheWay = new Set<TimeClaim>();
    for (const cell of own)
      for (const other of taken.get(cell) ?? [])
        if (other.from < claim.to && claim.from < other.to) inTheWay.add(other);
    const blocker = blockerOf(claim, [...inTheWay], stock);
    if (blocker !== null) {
      lost.set(claim.key, blocker);
      continue;
    }
    for (const cell of own) {
      const there = taken.get(cell);
      if (there) there.push(claim);
      else taken.set(cell, [claim]);
    }
  }
  return lost;
}

function blockerOf(claim: TimeClaim, others: readonly TimeClaim[], stock: number | null): string | null {
  if (stock === null) return others[0]?.key ?? null;
  // The most that is out at any instant of the claim: it can only rise where something begins.
  const instants = [claim.from, ...others.map(({ from }) => from).filter((from) => from > claim.from)];
  const most = Math.max(
    ...instants.map((at) =>
      others.reduce((sum, { from, to, quantity }) => (from <= at && at < to ? sum + quantity : sum), 0),
    ),
  );
  return most + claim.quantity > stock ? (others[0]?.key ?? claim.key) : null;
}
