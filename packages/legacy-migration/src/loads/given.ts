import { iso } from '../clean/times.js';
import type { NewRow } from '../load.js';

/** The zone whose clock the old tables show. */
export const LEGACY_ZONE = 'Europe/Oslo';

/** When a row was made that does not say so: before everything else, and the same in every run. */
export const UNDATED = Date.UTC(2000, 0, 1);

/** Who made a row, and when, of tables that only grow. */
export const madeBy = (at: number, by: string): NewRow => ({ created_at: iso(at), created_by: by });

/** The same of tables whose rows change. */
export function givenBy(at: number, by: string): NewRow {
  const then = iso(at);
  return { created_at: then, created_by: by, updated_at: then, updated_by: by, version: 1 };
}
