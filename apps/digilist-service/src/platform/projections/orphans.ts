import { COPIES } from './copies.js';
import type { Executor } from './forget.js';

/** A copy of something that PLATFORM does not know. */
export interface Orphan {
  readonly table: string;
  readonly tenant_id: string;
  readonly id: string;
}

/**
 * After a rebuild: rows that were forgotten and that no state has come for since, because PLATFORM was restored to a time
 * before them. They become tombstones: whoever was granted something by them has it no longer.
 */
export async function buryOrphans(database: Executor): Promise<Orphan[]> {
  const orphans: Orphan[] = [];
  for (const { table, emptied } of COPIES.values()) {
    const rows = (await database.query(
      `WITH orphans AS (
         UPDATE digilist.${table} SET deleted = true, projected_at = now(), ${emptied}
         WHERE version = 0 AND NOT deleted RETURNING tenant_id, id
       ) SELECT tenant_id, id FROM orphans ORDER BY tenant_id, id`,
    )) as Omit<Orphan, 'table'>[];
    orphans.push(...rows.map((row) => ({ table, ...row })));
  }
  return orphans;
}
