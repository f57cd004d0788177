import { cursorOf, keysOf, type Page, type PageQuery, Refusal, VALIDATION_FAILED } from '@kit/contracts';

const DEFAULT_LIMIT = 50;

/**
 * Where a list goes on, and how many rows to read: one more than wanted, to see whether there is a next page.
 *
 * @param keyCount number of sort keys of the list
 * @throws Refusal VALIDATION_FAILED when the cursor is none of this list
 */
export function pageStart(query: PageQuery, keyCount: number): { keys: (string | number)[] | null; fetch: number } {
  const fetch = (query.limit ?? DEFAULT_LIMIT) + 1;
  if (query.cursor === undefined) return { keys: null, fetch };
  const keys = keysOf(query.cursor, keyCount);
  if (!keys) {
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
