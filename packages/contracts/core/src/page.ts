import { ListOf, Text, Whole } from './fields.js';
import type { Class } from './operation.js';

/** Every list takes these; `cursor` is what the page before answered. */
export class PageQuery {
  @Whole({ min: 1, max: 200, optional: true, description: 'At most this many; 50 unless told', example: 50 })
  limit?: number;

  @Text({ max: 500, optional: true, description: 'nextCursor of the page before' })
  cursor?: string;
}

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

/** Class of a page of `item`, e.g. `class ReportPage extends pageOf(Report) {}`. */
export function pageOf<T extends object>(item: Class<T>): Class<Page<T>> {
  class PageOf implements Page<T> {
    @ListOf(() => item)
    data: T[];

    @Text({ max: 500, nullable: true, description: 'null on the last page' })
    nextCursor: string | null;
  }
  return PageOf;
}

/** Keyset cursors are opaque to clients: base64url of the last row's sort keys. */
export const cursorOf = (...keys: (string | number)[]): string =>
  Buffer.from(JSON.stringify(keys)).toString('base64url');

/** Sort keys of a cursor, or null when it is not one of ours. */
export function keysOf(cursor: string, count: number): (string | number)[] | null {
  try {
    const keys: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const good = Array.isArray(keys) && keys.length === count;
    return good && keys.every((key) => typeof key === 'string' || typeof key === 'number') ? keys : null;
  } catch {
    return null;
  }
}
