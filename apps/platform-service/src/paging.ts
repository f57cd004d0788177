import { keysOf, type Page, type PageQuery, Refusal, VALIDATION_FAILED } from '@kit/contracts';

const DEFAULT_SIZE = 50;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const sizeOf = (page: PageQuery): number => page.limit ?? DEFAULT_SIZE;

/** Sort keys after which the page starts; null for the first page. @throws Refusal VALIDATION_FAILED */
export function after(page: PageQuery, count: number): (string | number)[] | null {
  if (page.cursor === undefined) return null;
  const keys = keysOf(page.cursor, count);
  // Ids come last and are compared as uuid: anything else would fail in the database.
  if (!keys || !UUID.test(String(keys.at(-1)))) {
    const error = { path: 'cursor', code: 'CURSOR_INVALID', message: 'cursor must be a nextCursor of this list' };
    throw new Refusal(VALIDATION_FAILED, { errors: [error] });
  }
  return keys;
}

/** Id after which the page of a list sorted by id starts. */
export const idAfter = (page: PageQuery): string | null => (after(page, 1)?.[0] as string | undefined) ?? null;

/** A page of rows that were asked for with one more than its size, to learn whether another follows. */
export function pageOfRows<Row, T>(
  rows: Row[],
  size: number,
  map: (row: Row) => T,
  cursor: (row: Row) => string,
): Page<T> {
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  return { data: shown.map(map), nextCursor: rows.length > size && last !== undefined ? cursor(last) : null };
}
