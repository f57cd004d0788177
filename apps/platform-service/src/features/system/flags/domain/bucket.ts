import murmur from 'murmurhash3js';

/** Steps that a split divides people into: a hundredth of a percent each. */
export const STEPS = 10_000;

/**
 * Where somebody stands in the split of a flag: 0 … 9999, always the same for the same flag and person. Shares fill up
 * from 0, so a growing share takes in more and lets nobody go. Another split of the same flag uses another seed, or the
 * same people would come first everywhere.
 */
export function bucketOf(flag: string, split: string, person: string): number {
  // The library hashes the low byte of each character: so each character is one byte of the UTF-8 text.
  const bytes = Buffer.from(`${flag}:${split}:${person}`, 'utf8').toString('latin1');
  return murmur.x86.hash32(bytes) % STEPS;
}
