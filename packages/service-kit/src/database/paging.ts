import { cursorOf, keysOf, type Page, type PageQuery, Refusal, VALIDATION_FAILED } from '@kit/contracts';

const DEFAULT_LIMIT = 50;

/** What a sort key is compared with in the database; anything else would fail there. */
export type SortKey = 'text' | 'uuid' | 'integer' | 'instant';

const FITS: Record<SortKey, (key: string | number) => boolean> = {
  text: (key) => typeof key === 'string' && !key.includes('\0'),
  uuid: (key) => typeof key === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key),
  integer: (key) => Number.isSafeInteger(key) && Math.abs(key as number) <= 2_147_483_647,
  instant: (key) => key === 'infinity' || (typeof key === 'string' && isInstant(key)),
};

/** As toISOString or PostgreSQL writes one in UTC. Date.parse alone takes much that PostgreSQL does not. */
function isInstant(key: string): boolean {
  const [, day, time] = /^(?!0000)(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.\d{1,6})?(?:Z|\+00)$/.exec(key) ?? [];
  const instant = new Date(`${day}T${time}Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(`${day}T${time}`);
}

/**
 * Where a list goes on, and how many rows to read: one more than wanted, to see whether there is a next page.
 *
 * @param sortKeys what each key of the cursor must be
 * @throws Refusal VALIDATION_FAILED when the cursor is none of this list
 */
export function pageStart(
  query: PageQuery,
  sortKeys: readonly SortKey[],
): { keys: (string | number)[] | null; fetch: number } {
  const fetch = (query.limit ?? DEFAULT_LIMIT) + 1;
  if (query.cursor === undefined) return { keys: null, fetch };
  const keys = keysOf(query.cursor, sortKeys.length);
  if (!keys?.every((key, at) => FITS[sortKeys[at] as SortKey](key))) {
    const errors = [{ path: 'cursor', code: 'CURSOR', message: 'cursor must be nextCursor of the page before' }];
    throw new Refusal(VALIDATION_FAILED, { errors });
  }
  return { keys, fetch };
}

/** The page of `rows`, which were read with the limit of `pageStart`. */
export function pageOfRows<Row, Item>(
  query: PageQuery,
  rows: readonly Row[],
  sortKeys: (row: Row) => (string | number)[],
  toItem: (row: Row) => Item,
): Page<Item> {
  const limit = query.limit ?? DEFAULT_LIMIT;
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { data: shown.map(toItem), nextCursor: rows.length > limit && last ? cursorOf(...sortKeys(last)) : null };
}
