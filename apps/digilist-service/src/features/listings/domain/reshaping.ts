/** What changes for whoever has a zone booked when other atoms than before belong to it. Instants are milliseconds. */

export type AtomsByZone = ReadonlyMap<string, readonly string[]>;

export interface Shift {
  readonly zoneId: string;
  readonly before: readonly string[];
  readonly gained: readonly string[];
  readonly lost: readonly string[];
}

/** Zones to which other atoms belong after than before; those that are new or gone have nobody to move. */
export function shiftsBetween(before: AtomsByZone, after: AtomsByZone): Shift[] {
  const shifts: Shift[] = [];
  for (const [zoneId, old] of before) {
    const now = after.get(zoneId);
    if (!now) continue;
    const gained = now.filter((atom) => !old.includes(atom));
    const lost = old.filter((atom) => !now.includes(atom));
    if (gained.length + lost.length > 0) shifts.push({ zoneId, before: old, gained, lost });
  }
  return shifts;
}

/** Somebody who has a zone from some instant on: a booking, a hold or a block. */
export interface Occupant {
  readonly id: string;
  readonly kind: string;
  readonly zoneId: string;
  readonly atomIds: readonly string[];
  readonly startsAt: number;
  readonly endsAt: number;
  /** Where what is kept free around it begins and ends. */
  readonly outerStart: number;
  readonly outerEnd: number;
}

/** A time that is taken on an atom. */
export interface Taken {
  readonly occupantId: string;
  readonly kind: string;
  readonly atomId: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly buffer: boolean;
}

export interface Party {
  readonly id: string;
  readonly kind: string;
  readonly startsAt: number;
  readonly endsAt: number;
}

export interface Collision {
  readonly atomId: string;
  readonly parties: readonly [Party, Party];
}

export interface Moves {
  /** Atoms each occupant gives back and takes. */
  readonly moves: readonly {
    readonly occupant: Occupant;
    readonly gained: readonly string[];
    readonly lost: readonly string[];
  }[];
  /** Everybody who would have an atom at the same time as somebody else. */
  readonly collisions: readonly Collision[];
}

/**
 * Who takes and gives back what, and who would get into whose way. Whoever has booked a package as it was before, with
 * other zones in it, does not have what this zone had, and is left alone.
 *
 * @param taken everything on the atoms that anybody gains
 */
export function planMoves(shifts: readonly Shift[], occupants: readonly Occupant[], taken: readonly Taken[]): Moves {
  const shiftOf = new Map(shifts.map((shift) => [shift.zoneId, shift]));
  const moves = occupants.flatMap((occupant) => {
    const shift = shiftOf.get(occupant.zoneId);
    const hasIt = shift?.before.every((atom) => occupant.atomIds.includes(atom)) === true;
    return shift && hasIt ? [{ occupant, gained: shift.gained, lost: shift.lost }] : [];
  });
  const given = new Set(moves.flatMap(({ occupant, lost }) => lost.map((atomId) => `${occupant.id} ${atomId}`)));
  const staying = taken.filter(({ occupantId, atomId }) => !given.has(`${occupantId} ${atomId}`));
  const wanted = moves.flatMap(({ occupant, gained }) => gained.flatMap((atomId) => partsOf(occupant, atomId)));
  return { moves, collisions: collisionsIn(staying, wanted) };
}

interface Part extends Taken {
  readonly wanted: boolean;
}

function partsOf(occupant: Occupant, atomId: string): Taken[] {
  const { id: occupantId, kind, startsAt, endsAt, outerStart, outerEnd } = occupant;
  const part = (from: number, until: number, buffer: boolean) =>
    from < until ? [{ occupantId, kind, atomId, startsAt: from, endsAt: until, buffer }] : [];
  return [...part(outerStart, startsAt, true), ...part(startsAt, endsAt, false), ...part(endsAt, outerEnd, true)];
}

/** Pairs of which at least one is new: what stays lived together before. */
function collisionsIn(staying: readonly Taken[], wanted: readonly Taken[]): Collision[] {
  const parts: Part[] = [
    ...staying.map((part) => ({ ...part, wanted: false })),
    ...wanted.map((part) => ({ ...part, wanted: true })),
  ].sort((a, b) => (a.atomId < b.atomId ? -1 : a.atomId > b.atomId ? 1 : a.startsAt - b.startsAt));
  const found = new Map<string, Collision>();
  let open: Part[] = [];
  for (const part of parts) {
    open = open.filter((other) => other.atomId === part.atomId && other.endsAt > part.startsAt);
    for (const other of open) {
      if (!(part.wanted || other.wanted) || (part.buffer && other.buffer) || part.occupantId === other.occupantId)
        continue;
      const key = [part.atomId, ...[part.occupantId, other.occupantId].sort()].join(' ');
      if (!found.has(key)) found.set(key, { atomId: part.atomId, parties: [partyOf(other), partyOf(part)] });
    }
    open.push(part);
  }
  return [...found.values()];
}

const partyOf = ({ occupantId, kind, startsAt, endsAt }: Taken): Party => ({ id: occupantId, kind, startsAt, endsAt });
