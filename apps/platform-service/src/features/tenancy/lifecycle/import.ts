import type { DataSource, EntityManager } from 'typeorm';
import { type CarriedTable, carriedTables } from './tenant-rows.js';

const BATCH = 500;

interface Plan {
  readonly id: string;
  readonly product: string;
  readonly key: string;
  readonly plan_version: number;
}

type Line = { format: string; version: number; tenantId: string; plans: Plan[] } | { table: string; row: object };

/**
 * Brings a tenant in from the lines of an export, its ids unchanged: all of it or nothing. The products it uses have to
 * be registered, and the master key is the one its secrets were sealed under.
 * @param database of the system role
 * @returns rows by table
 * @throws when the lines are no export, the tenant is there already, or a plan it has is not
 */
export async function importTenant(
  database: DataSource,
  lines: AsyncIterable<string>,
): Promise<{ tenantId: string; tables: Record<string, number> }> {
  const tables = new Map((await carriedTables(database)).map((table) => [table.name, table]));
  return database.transaction(async (manager) => {
    await manager.query('SET CONSTRAINTS ALL DEFERRED');
    const counts: Record<string, number> = {};
    let tenantId = '';
    let plans: ReadonlyMap<string, string> | null = null;
    let batch: { table: CarriedTable; rows: object[] } | null = null;
    const write = async () => {
      if (batch) await insert(manager, batch.table, batch.rows);
      batch = null;
    };
    for await (const text of lines) {
      if (text === '') continue;
      const line = JSON.parse(text) as Line;
      if ('format' in line) {
        tenantId = line.tenantId;
        plans = await plansHere(manager, line);
        continue;
      }
      const table = tables.get(line.table);
      if (!plans || !table) throw new Error(`these are not the lines of an export: "${text.slice(0, 80)}"`);
      if (batch && (batch.table !== table || batch.rows.length >= BATCH)) await write();
      batch ??= { table, rows: [] };
      batch.rows.push(withPlans(line.row, table, plans));
      counts[table.name] = (counts[table.name] ?? 0) + 1;
    }
    await write();
    if (!counts.tenants) throw new Error('these are not the lines of an export: there is no tenant in them');
    return { tenantId, tables: counts };
  });
}

/** Plans are registered anew in every installation, so they are found by name. */
async function plansHere(
  manager: EntityManager,
  { format, version, plans }: { format: string; version: number; plans: Plan[] },
): Promise<Map<string, string>> {
  if (format !== 'tenant-export' || version !== 1) throw new Error(`cannot read ${format} version ${version}`);
  const here = new Map<string, string>();
  for (const { id, product, key, plan_version } of plans) {
    const [plan]: { id: string }[] = await manager.query(
      'SELECT id FROM platform.plans WHERE product = $1 AND key = $2 AND plan_version = $3',
      [product, key, plan_version],
    );
    if (!plan) throw new Error(`the plan ${key} version ${plan_version} of ${product} is not registered here`);
    here.set(id, plan.id);
  }
  return here;
}

function withPlans(row: object, { plans }: CarriedTable, here: ReadonlyMap<string, string>): object {
  const values = row as Record<string, unknown>;
  const named = plans.filter((column) => typeof values[column] === 'string');
  return { ...values, ...Object.fromEntries(named.map((column) => [column, here.get(values[column] as string)])) };
}

async function insert(manager: EntityManager, { name, columns }: CarriedTable, rows: object[]): Promise<void> {
  const list = columns.map((column) => `"${column}"`).join(', ');
  await manager.query(
    `INSERT INTO platform.${name} (${list}) OVERRIDING SYSTEM VALUE
     SELECT ${list} FROM jsonb_populate_recordset(NULL::platform.${name}, $1::jsonb)`,
    [JSON.stringify(rows)],
  );
}
