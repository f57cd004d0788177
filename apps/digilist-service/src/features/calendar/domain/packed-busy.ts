import type { Minute } from '../../listings/index.js';
import type { Busy } from './free-time.js';

/** 2000-01-01T00:00Z: packed minutes count from here. */
const EPOCH: Minute = Date.UTC(2000, 0, 1) / 60_000;
const DURATIONS = 2 ** 20;

/**
 * Busy time as the database packs it: `<atom>:{<packed>,…}` joined by `;`, and `<atom>:{<packed>,…}:{<quantity>,…}` for
 * counted atoms. A packed number holds, from the lowest bit, whether it is a buffer (1), the duration (20) and the start.
 */
export function unpackBusy(text: string | null): ReadonlyMap<string, readonly Busy[]> {
  const byAtom = new Map<string, Busy[]>();
  if (text === null) return byAtom;
  for (const part of text.split(';')) {
    const [atomId, packed, quantities] = part.split(':') as [string, string, string | undefined];
    const counts = quantities ? numbersOf(quantities) : null;
    const busy = numbersOf(packed).map((code, at) => unpack(code, counts?.[at] ?? 1));
    const known = byAtom.get(atomId);
    byAtom.set(atomId, known ? known.concat(busy) : busy);
  }
  return byAtom;
}

const numbersOf = (array: string): number[] => JSON.parse(`[${array.slice(1, -1)}]`);

function unpack(code: number, quantity: number): Busy {
  const buffer = code % 2;
  const rest = (code - buffer) / 2;
  const duration = rest % DURATIONS;
  const from = EPOCH + (rest - duration) / DURATIONS;
  return { from, until: from + duration, buffer: buffer === 1, quantity };
}

/** What the database does, for specs. */
export const packBusy = ({ from, until, buffer }: Omit<Busy, 'quantity'>): number =>
  ((from - EPOCH) * DURATIONS + until - from) * 2 + Number(buffer);
