import type { DataSource } from 'typeorm';

const TABLES = `
  SELECT c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
  ORDER BY c.relname`;

/** What a partition references, its whole table does. */
const REFERENCES = `
  SELECT DISTINCT child.relname AS child, parent.relname AS parent
  FROM pg_constraint f
  JOIN pg_class child ON child.oid = coalesce(pg_partition_root(f.conrelid), f.conrelid)
  JOIN pg_class parent ON parent.oid = coalesce(pg_partition_root(f.confrelid), f.confrelid)
  JOIN pg_namespace n ON n.oid = child.relnamespace
  WHERE f.contype = 'f' AND n.nspname = $1 AND child.oid <> parent.oid`;

/**
 * Every table of a service that holds rows of tenants, as the catalog has them, those that reference others first: in
 * this order they can be emptied. Tables that reference each other in a circle stand together; a single statement
 * empties them all. `root`, which all of them may reference, is left out.
 */
export async function tenantTableGroups(database: DataSource, schema: string, root: string): Promise<string[][]> {
  const tables: { name: string }[] = await database.query(TABLES, [schema]);
  const references: { child: string; parent: string }[] = await database.query(REFERENCES, [schema]);
  return inDependencyOrder(
    tables.map(({ name }) => name).filter((name) => name !== root),
    references,
  );
}

/**
 * The same for a service without circles; in the reverse order the tables can be filled.
 * @throws when tables reference each other in a circle
 */
export async function tenantTables(database: DataSource, schema: string, root: string): Promise<string[]> {
  const groups = await tenantTableGroups(database, schema, root);
  const circle = groups.find(({ length }) => length > 1);
  if (circle) throw new Error(`tables reference each other in a circle: ${circle.join(', ')}`);
  return groups.flat();
}

/** Children before parents; a circle is one group. */
export function inDependencyOrder(
  names: readonly string[],
  references: readonly { child: string; parent: string }[],
): string[][] {
  const left = new Set(names);
  const groups: string[][] = [];
  while (left.size > 0) {
    // Whatever has the fewest that must go before it has none but those of its own circle.
    const [group] = [...left]
      .map((name) => withDependents(name, left, references))
      .sort((one, other) => one.length - other.length);
    groups.push(group as string[]);
    for (const name of group as string[]) left.delete(name);
  }
  return groups;
}

/** A table and all that reference it, directly or through others, among those that are left. */
function withDependents(
  name: string,
  left: ReadonlySet<string>,
  references: readonly { child: string; parent: string }[],
): string[] {
  const found = new Set([name]);
  for (const parent of found) {
    for (const { child, parent: of } of references) if (of === parent && left.has(child)) found.add(child);
  }
  return [...found];
}
