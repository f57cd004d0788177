import path from 'node:path';
import { root } from '@kit/local-servers';
import { createDatabase, migrate, query, type TestPostgres } from '@kit/testing';

/** What code that runs on a database can rest on: its tables, columns and functions, and who may do what with them. */
export interface Catalogue {
  /** By table and column; `!` stands for "must be given". */
  columns: Record<string, string>;
  /** By name and arguments: what they return. */
  functions: Record<string, string>;
  /** By table and role: the privileges, in alphabetical order. */
  grants: Record<string, string>;
}

type Row = { key: string; value: string };

const COLUMNS = `
  SELECT c.relname || '.' || a.attname AS key,
         format_type(a.atttypid, a.atttypmod)
           || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
           || CASE WHEN a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' THEN ' !' ELSE '' END AS value
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
   WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
     AND a.attnum > 0 AND NOT a.attisdropped
   ORDER BY 1`;

const FUNCTIONS = `
  SELECT p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS key, pg_get_function_result(p.oid) AS value
    FROM pg_proc p
   WHERE p.pronamespace = $1::regnamespace AND p.prokind = 'f'
   ORDER BY 1`;

const GRANTS = `
  SELECT c.relname || ' to ' || g.grantee::regrole AS key, string_agg(DISTINCT g.privilege_type, ', ' ORDER BY g.privilege_type) AS value
    FROM pg_class c
    CROSS JOIN LATERAL aclexplode(c.relacl) g
   WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
     AND g.grantee <> 0 AND g.grantee <> c.relowner
   GROUP BY 1
   ORDER BY 1`;

export async function catalogueOf(superuserUrl: string, context: string): Promise<Catalogue> {
  const read = async (sql: string) =>
    Object.fromEntries((await query<Row>(superuserUrl, sql, [context])).map(({ key, value }) => [key, value]));
  return { columns: await read(COLUMNS), functions: await read(FUNCTIONS), grants: await read(GRANTS) };
}

/** The catalogue that the migrations of a checkout make. */
export async function migratedCatalogue(
  context: 'platform' | 'digilist',
  checkout: string,
  postgres: TestPostgres,
): Promise<Catalogue> {
  // Of this checkout there is one already where systems under test have run.
  const template = checkout === root ? 'system' : `system_${path.basename(checkout).slice(0, 12)}`;
  const database = await createDatabase(context, (urls) => migrate(context, urls, checkout), { postgres, template });
  try {
    return await catalogueOf(database.urls.superuser, context);
  } finally {
    await database.drop();
  }
}
