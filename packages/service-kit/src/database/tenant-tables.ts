import type { DataSource } from 'typeorm';

const TABLES = `
  SELECT c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
  ORDER BY c.relname`;

const REFERENCES = `
  SELECT DISTINCT child.relname AS child, parent.relname AS parent
  FROM pg_constraint f
  JOIN pg_class child ON child.oid = f.conrelid
  JOIN pg_class parent ON parent.oid = f.confrelid
  JOIN pg_namespace n ON n.oid = child.relnamespace
  WHERE f.contype = 'f' AND n.nspname = $1 AND f.conrelid <> f.confrelid`;

/**
 * Every table of a service that holds rows of tenants, as the catalog has them, those that reference others first: in
 * this order they can be emptied, in the reverse order filled. `root`, which all of them may reference, is left out.
 * @throws when tables reference each other in a circle
 */
export async function tenantTables(database: DataSource, schema: string, root: string): Promise<string[]> {
  const tables: { name: string }[] = await database.query(TABLES, [schema]);
  const references: { child: string; parent: string }[] = await database.query(REFERENCES, [schema]);
  const left = new Set(tables.map(({ name }) => name).filter((name) => name !== root));
  const inOrder: string[] = [];
  while (left.size > 0) {
    const free = [...left].filter(
      (name) => !references.some(({ child, parent }) => parent === name && left.has(child)),
    );
    if (free.length === 0) throw new Error(`tables reference each other in a circle: ${[...left].join(', ')}`);
    for (const name of free) left.delete(name);
    inOrder.push(...free);
  }
  return inOrder;
}
