import type { Minute } from '../../listings/index.js';
import type { Busy } from './free-time.js';

/** 2000-01-01T00:00Z: packed minutes count from here. */
const EPOCH: Minute = Date.UTC(2000, 0, 1) / 60_000;

export type BusyByAtom = ReadonlyMap<number, readonly Busy[]>;

/** A stay that is too long to be packed: atom, from, until (minutes since the Unix epoch), 1 for a buffer, quantity. */
type LongStay = [atom: number, from: Minute, until: Minute, buffer: 0 | 1, quantity: number];

/**
 * Busy time as the database packs it, in four parts joined by `|`: packed exclusive stays, packed counted ones and their
 * quantities (numbers of eight and of four bytes, in base64), and the long ones in JSON.
 *
 * A packed number holds, from the lowest bit, whether it is a buffer (1), the duration (11), the start (26) and the
 * number of the atom (25). Each atom's stays come in order.
 */
export function unpackBusy(text: string | null): BusyByAtom {
  const byAtom = new Map<number, Busy[]>();
  if (text === null) return byAtom;
  const [exclusive, counted, quantities, long] = text.split('|') as [string, string, string, string];
  unpack(byAtom, exclusive, () => 1);
  const counts = Buffer.from(quantities, 'base64');
  unpack(byAtom, counted, (at) => counts.readInt32BE(at * 4));
  for (const [atom, from, until, buffer, quantity] of JSON.parse(long) as LongStay[]) {
    const stays = staysOf(byAtom, atom);
    stays.push({ from, until, buffer: buffer === 1, quantity });
    stays.sort((a, b) => a.from - b.from);
  }
  return byAtom;
}

function unpack(byAtom: Map<number, Busy[]>, base64: string, quantityOf: (at: number) => number): void {
  const bytes = Buffer.from(base64, 'base64');
  for (let at = 0, place = 0; place < bytes.length; at++, place += 8) {
    const [high, low] = [bytes.readUInt32BE(place), bytes.readUInt32BE(place + 4)];
    const from = EPOCH + (((high & 0x3f) << 20) | (low >>> 12));
    const until = from + ((low >>> 1) & 0x7ff);
    staysOf(byAtom, high >>> 6).push({ from, until, buffer: (low & 1) === 1, quantity: quantityOf(at) });
  }
}

function staysOf(byAtom: Map<number, Busy[]>, atom: number): Busy[] {
  const known = byAtom.get(atom);
  if (known) return known;
  const made: Busy[] = [];
  byAtom.set(atom, made);
  return made;
}
