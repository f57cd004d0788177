import { iso } from '../clean/times.js';
import type { NewRow } from '../load.js';

/** The zone whose clock the old tables show. */
export const LEGACY_ZONE = 'Europe/Oslo';

/** When a row was made that does not say so: before everything else, and the same in every run. */
export const UNDATED = Date.UTC(2000, 0, 1);

/** Who made a row, and when, of tables that only grow. */
export const madeBy = (at: number, by: string): NewRow => ({ created_at: iso(at), created_by: by });

/** The same of tables whose rows change. */
export const givenBy = (at: number, by: string): NewRow => ({
  ...madeBy(at, by),
  updated_at: iso(at),
  updated_by: by,
  version: 1,
});
