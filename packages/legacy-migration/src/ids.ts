import { hash as hashOf } from 'node:crypto';

/** Of what is not sorted by age anywhere: before everything that this system has made itself. */
const BEFORE = Date.UTC(2000, 0, 1);

/**
 * The id of a legacy row in the new system, from nothing but what it is: every run, and every reference to the row, comes
 * to the same one, so no table of old and new ids is needed. Laid out as UUIDv7, because pages are sorted by id: the time
 * the row was made, then a hash in place of the random bits.
 *
 * @param madeAt milliseconds; every reference to the row has to say the same
 */
export function idOf(kind: string, key: string | number, madeAt: number | null = null): string {
  const hash = hashOf('sha1', `${kind}\n${key}`);
  const time = Math.max(0, madeAt ?? BEFORE)
    .toString(16)
    .padStart(12, '0');
  const variant = ((Number.parseInt(hash[3] as string, 16) & 0x3) | 0x8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hash.slice(0, 3)}-${variant}${hash.slice(4, 7)}-${hash.slice(7, 19)}`;
}
