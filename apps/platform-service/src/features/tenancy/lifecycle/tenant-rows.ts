import { tenantTables } from '@kit/service';
import type { DataSource } from 'typeorm';

/** Messages on their way and answers given are of the installation, not of the tenant. */
const NOT_CARRIED = new Set([
  'outbox',
  'inbox',
  'dead_letters',
  'idempotency_keys',
  'tenant_purges',
  'purge_manifests',
]);

export interface CarriedTable {
  readonly name: string;
  /** Columns that can be written; the others the database makes itself. */
  readonly columns: readonly string[];
  /** Primary key without the tenant, with types. */
  readonly key: readonly { readonly name: string; readonly type: string }[];
  /** Columns that name a plan; its id differs from one installation to the next. */
  readonly plans: readonly string[];
}

const COLUMNS = `
  SELECT c.relname AS "table", a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
         a.attgenerated = '' AS writable,
         array_position(k.conkey, a.attnum) AS place,
         EXISTS (SELECT FROM pg_constraint f
                 WHERE f.contype = 'f' AND f.conrelid = c.oid AND f.confrelid = 'platform.plans'::regclass
                   AND a.attnum = ANY (f.conkey) AND a.atttypid = 'uuid'::regtype) AS plan
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
  WHERE c.relnamespace = 'platform'::regnamespace AND c.relname = ANY ($1::text[])
  ORDER BY c.relname, a.attnum`;

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly writable: boolean;
  readonly place: number | null;
  readonly plan: boolean;
}

/** The tables of a tenant that an export carries, as the catalog has them, those first that others reference. */
export async function carriedTables(database: DataSource): Promise<CarriedTable[]> {
  const emptied = await tenantTables(database, 'platform', 'tenants');
  const names = ['tenants', ...emptied.reverse()].filter((name) => !NOT_CARRIED.has(name));
  const columns: Column[] = await database.query(COLUMNS, [names]);
  return names.map((name) => {
    const own = columns.filter(({ table }) => table === name);
    const key = own.filter(({ place }) => place !== null).sort((a, b) => Number(a.place) - Number(b.place));
    return {
      name,
      columns: own.filter(({ writable }) => writable).map((column) => column.name),
      key: key.filter((column) => column.name !== 'tenant_id'),
      plans: own.filter(({ plan }) => plan).map((column) => column.name),
    };
  });
}
