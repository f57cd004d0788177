import type { Minute } from '../../listings/index.js';

/** Half-open spans of minutes as [start, end, start, end, …]: sorted, apart from each other, none empty. */
export type Spans = readonly Minute[];

export const NOTHING: Spans = [];

/** Spans of any pairs, in any order; overlapping and touching ones become one. */
export function spansOf(pairs: readonly (readonly [Minute, Minute])[]): Spans {
  // What comes from an index is in order already.
  const inOrder = pairs.every((pair, at) => at === 0 || (pairs[at - 1] as readonly [Minute, Minute])[0] <= pair[0]);
  const sorted = inOrder ? pairs : [...pairs].sort((a, b) => a[0] - b[0]);
  const out: Minute[] = [];
  for (const [start, end] of sorted) {
    if (start >= end) continue;
    const last = out.length - 1;
    if (last > 0 && start <= (out[last] as Minute)) out[last] = Math.max(out[last] as Minute, end);
    else out.push(start, end);
  }
  return out;
}

/** What of `spans` is not in `taken`. */
export function subtract(spans: Spans, taken: Spans): Spans {
  const out: Minute[] = [];
  let t = 0;
  for (let s = 0; s < spans.length; s += 2) {
    let from = spans[s] as Minute;
    const until = spans[s + 1] as Minute;
    while (t < taken.length && (taken[t + 1] as Minute) <= from) t += 2;
    for (let at = t; at < taken.length && (taken[at] as Minute) < until; at += 2) {
      if ((taken[at] as Minute) > from) out.push(from, taken[at] as Minute);
      from = Math.max(from, taken[at + 1] as Minute);
    }
    if (from < until) out.push(from, until);
  }
  return out;
}

export function intersect(a: Spans, b: Spans): Spans {
  const out: Minute[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const from = Math.max(a[i] as Minute, b[j] as Minute);
    const until = Math.min(a[i + 1] as Minute, b[j + 1] as Minute);
    if (from < until) out.push(from, until);
    if ((a[i + 1] as Minute) < (b[j + 1] as Minute)) i += 2;
    else j += 2;
  }
  return out;
}

/** Whether all of [from, until) lies in one of the spans. */
export function covers(spans: Spans, from: Minute, until: Minute): boolean {
  for (let s = 0; s < spans.length; s += 2) {
    if ((spans[s] as Minute) <= from && until <= (spans[s + 1] as Minute)) return true;
  }
  return false;
}

export function atLeast(spans: Spans, minutes: number): Spans {
  const out: Minute[] = [];
  for (let s = 0; s < spans.length; s += 2) {
    if ((spans[s + 1] as Minute) - (spans[s] as Minute) >= minutes)
      out.push(spans[s] as Minute, spans[s + 1] as Minute);
  }
  return out;
}

export function length(spans: Spans): number {
  let sum = 0;
  for (let s = 0; s < spans.length; s += 2) sum += (spans[s + 1] as Minute) - (spans[s] as Minute);
  return sum;
}
