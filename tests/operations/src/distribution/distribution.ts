import { query } from '@kit/testing';

/**
 * What a cluster of PostgreSQL servers that distributes tables by tenant (Citus) demands of each table, asked of the
 * catalog: a constraint is checked on one server only when it holds the tenant. `$1` is the schema.
 */
const TENANT_TABLES = `
  tenant_tables AS (
    SELECT c.oid, c.relname::text AS name, a.attnum AS tenant, c.relkind FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
    WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition)`;

const RULES: Readonly<Record<string, string>> = {
  'unique without the tenant': `
    SELECT t.name || '.' || n.relname AS at FROM tenant_tables t
    JOIN pg_index i ON i.indrelid = t.oid AND i.indisunique JOIN pg_class n ON n.oid = i.indexrelid
    WHERE t.tenant <> ALL (i.indkey::int2[])`,
  'exclusion without the tenant, or not by equality': `
    SELECT t.name || '.' || k.conname AS at FROM tenant_tables t
    JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'x'
    WHERE NOT EXISTS (
      SELECT FROM unnest(k.conkey, k.conexclop) AS part (number, operator) JOIN pg_operator o ON o.oid = part.operator
      WHERE part.number = t.tenant AND o.oprname = '=')`,
  'foreign key that leaves the tenant': `
    SELECT t.name || '.' || k.conname AS at FROM tenant_tables t
    JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f' AND k.conparentid = 0
    JOIN tenant_tables other ON other.oid = k.confrelid
    WHERE NOT EXISTS (SELECT FROM unnest(k.conkey, k.confkey) AS pair (own, theirs)
                      WHERE pair.own = t.tenant AND pair.theirs = other.tenant)`,
  'foreign key that nulls or defaults the tenant': `
    SELECT t.name || '.' || k.conname AS at FROM tenant_tables t
    JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f' AND k.conparentid = 0
    WHERE (k.confdeltype IN ('n', 'd') AND (k.confdelsetcols IS NULL OR t.tenant = ANY (k.confdelsetcols)))
       OR k.confupdtype IN ('n', 'd')`,
  'global table that refers to a tenant table': `
    SELECT c.relname || '.' || k.conname AS at FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    JOIN tenant_tables t ON t.oid = k.confrelid
    WHERE k.contype = 'f' AND c.relnamespace = $1::regnamespace AND NOT c.relispartition
      AND c.oid NOT IN (SELECT oid FROM tenant_tables)`,
  'partitions in two levels': `
    SELECT c.relname::text AS at FROM pg_class c
    WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'p' AND c.relispartition`,
};

/** What stands in the way of distributing a schema by tenant: `<rule>: <table>.<what>`. */
export async function inTheWay(url: string, schema: string): Promise<string[]> {
  const found: string[] = [];
  for (const [rule, text] of Object.entries(RULES)) {
    const rows = await query<{ at: string }>(url, `WITH ${TENANT_TABLES} ${text} ORDER BY 1`, [schema]);
    found.push(...rows.map(({ at }) => `${rule}: ${at}`));
  }
  return found;
}

const list = async (url: string, schema: string, text: string): Promise<string[]> =>
  (await query<{ at: string }>(url, `WITH ${TENANT_TABLES} ${text} ORDER BY 1`, [schema])).map(({ at }) => at);

/** Tables to lie whole on every server, or on the coordinator alone. */
export const globalTables = (url: string, schema: string): Promise<string[]> =>
  list(
    url,
    schema,
    `SELECT c.relname::text AS at FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p')
     AND NOT c.relispartition AND c.oid NOT IN (SELECT oid FROM tenant_tables)`,
  );

/** Citus makes triggers on every shard only when told to (`citus.enable_unsafe_triggers`), and none that fire per statement. */
export const triggers = (url: string, schema: string): Promise<string[]> =>
  list(
    url,
    schema,
    `SELECT t.name || '.' || g.tgname || CASE WHEN g.tgtype & 1 = 1 THEN '' ELSE ' per statement' END AS at
     FROM tenant_tables t JOIN pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal`,
  );

/** Tables that lie in partitions, and how. */
export const partitioned = (url: string, schema: string): Promise<string[]> =>
  list(
    url,
    schema,
    `SELECT t.name || ': ' || pg_get_partkeydef(t.oid) || ', ' ||
       (SELECT count(*) FROM pg_inherits i WHERE i.inhparent = t.oid) AS at FROM tenant_tables t WHERE t.relkind = 'p'`,
  );

export const tenantTables = (url: string, schema: string): Promise<string[]> =>
  list(url, schema, 'SELECT name AS at FROM tenant_tables');
