import { jobOrigin } from '@kit/service';
import type { DataSource } from 'typeorm';
import { inSystemTransaction } from './database/system-transaction.js';
import { publishStates } from './features/products/index.js';
import { importTenant } from './features/tenancy/index.js';

/** Imports a tenant, and lets the products know of all it has. */
export async function bringIn(
  database: DataSource,
  lines: AsyncIterable<string>,
): Promise<{ tenantId: string; tables: Record<string, number>; states: number }> {
  const { tenantId, tables } = await importTenant(database, lines);
  const states = await inSystemTransaction(database, jobOrigin(tenantId, 'import-tenant'), (tx) => publishStates(tx));
  return { tenantId, tables, states };
}
