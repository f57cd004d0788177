import type { Minute } from '../../listings/index.js';
import type { Busy } from './free-time.js';

/**
 * Busy time as the database packs it: one number per allocation, because decoding thousands of rows with instants costs
 * the driver several times what reading them costs the database. From the lowest bit: buffer (1), start (17), end (17),
 * quantity; both ends in minutes from the start of the window and cut to it.
 */
export const WINDOW_BITS = 17;
const SPAN = 2 ** WINDOW_BITS;
/** Longest window in minutes, margins included. */
export const LONGEST_WINDOW = SPAN - 1;

/** `<atom>:{<number>,…};<atom>:{…}` → who has which atom when, by start. */
export function unpackBusy(packed: string | null, windowStart: Minute): ReadonlyMap<string, readonly Busy[]> {
  const byAtom = new Map<string, Busy[]>();
  if (packed === null) return byAtom;
  for (const part of packed.split(';')) {
    const at = part.indexOf(':');
    const codes = JSON.parse(`[${part.slice(at + 2, -1)}]`) as number[];
    byAtom.set(
      part.slice(0, at),
      codes.map((code) => unpack(code, windowStart)),
    );
  }
  return byAtom;
}

function unpack(code: number, windowStart: Minute): Busy {
  const buffer = code % 2;
  const rest = (code - buffer) / 2;
  const from = rest % SPAN;
  const above = (rest - from) / SPAN;
  const until = above % SPAN;
  return {
    from: windowStart + from,
    until: windowStart + until,
    buffer: buffer === 1,
    quantity: (above - until) / SPAN,
  };
}
