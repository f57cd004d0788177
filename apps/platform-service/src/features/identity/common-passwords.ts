import { readFileSync } from 'node:fs';
import { BloomFilter } from './domain/bloom-filter.js';

/** Passwords that leaked so often that everybody tries them; made by scripts/make-common-passwords.mjs. */
const FILE = new URL('../../../data/common-passwords.bloom', import.meta.url);

let filter: BloomFilter | null = null;

/** `password` in lower case. Once in 100 000 times it says yes to one that is not in the list. */
export function isCommonPassword(password: string): boolean {
  filter ??= BloomFilter.parse(readFileSync(FILE));
  return filter.mayHave(password);
}
