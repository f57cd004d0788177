import pg from 'pg';

export interface CatalogRules {
  /** Schema of the service; its roles are `<schema>_app`, `<schema>_lookup`, `<schema>_relay`. */
  schema: string;
  /** Tables without a tenant: the closed list. The service's role may read them and nothing else. */
  globalTables: readonly string[];
  /** `<rule> <table>` or `<rule> <table>.<detail>` → why the rule does not hold there. An exception nobody needs is reported. */
  exceptions?: Readonly<Record<string, string>>;
  /** Just these rules; all of them unless told. */
  only?: readonly string[];
}

/** One table of one schema that breaks one rule. */
export interface Violation {
  rule: string;
  at: string;
  problem: string;
}

const POLICY =
  "(tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS \"nullif\"))";

/** How a rule is checked: rows are what breaks it. `$1` is the schema, `$2` the global tables. */
const RULES: Record<string, string> = {
  'known-table': `
    SELECT c.relname AS at, 'neither has a tenant_id (uuid NOT NULL) nor is on the list of global tables' AS problem
    FROM pg_class c
    WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> ALL ($2::text[])
      AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'
                      AND a.atttypid = 'uuid'::regtype AND a.attnotnull)`,
  'global-without-tenant': `
    SELECT c.relname AS at, 'is on the list of global tables and has a tenant_id' AS problem
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
    WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p') AND c.relname = ANY ($2::text[])`,
  'primary-key': `
    SELECT t.relname AS at, 'its primary key is ' || coalesce((
        SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'p'), 'missing') AS problem
    FROM tenant_tables t
    WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'p'
                      AND pg_get_constraintdef(k.oid) = 'PRIMARY KEY (tenant_id, id)')`,
  'row-level-security': `
    SELECT t.relname AS at, 'row-level security is not both enabled and forced' AS problem
    FROM tenant_tables t WHERE NOT (t.relrowsecurity AND t.relforcerowsecurity)`,
  'tenant-policy': `
    SELECT t.relname AS at, 'has no policy for everybody with the standard expression in USING and WITH CHECK' AS problem
    FROM tenant_tables t
    WHERE NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND p.polcmd = '*' AND p.polroles = '{0}'
                      AND pg_get_expr(p.polqual, t.oid) = '${POLICY.replaceAll("'", "''")}'
                      AND pg_get_expr(p.polwithcheck, t.oid) = '${POLICY.replaceAll("'", "''")}')`,
  'other-policy': `
    SELECT t.relname || '.' || p.polname AS at, 'widens what the tenant policy shows, for ' || p.polroles::regrole[]::text AS problem
    FROM tenant_tables t JOIN pg_policy p ON p.polrelid = t.oid
    WHERE p.polpermissive AND p.polroles <> '{0}'
      AND NOT (p.polroles = ARRAY[to_regrole($1 || '_lookup')::oid] AND p.polcmd = 'r')
      AND NOT (p.polroles = ARRAY[to_regrole($1 || '_relay')::oid])
    UNION ALL
    SELECT t.relname || '.' || p.polname, 'is a second policy for everybody'
    FROM tenant_tables t JOIN pg_policy p ON p.polrelid = t.oid
    WHERE p.polpermissive AND p.polroles = '{0}' AND p.polname <> 'tenant'`,
  'composite-foreign-key': `
    SELECT t.relname || '.' || k.conname AS at, 'does not lead through tenant_id: ' || pg_get_constraintdef(k.oid) AS problem
    FROM tenant_tables t
    JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
    JOIN tenant_tables other ON other.oid = k.confrelid
    WHERE NOT EXISTS (
      SELECT FROM unnest(k.conkey, k.confkey) AS pair (own, theirs)
      JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.own AND a.attname = 'tenant_id'
      JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.theirs AND b.attname = 'tenant_id')`,
  'set-null-names-its-column': `
    SELECT t.relname || '.' || k.conname AS at, 'ON DELETE SET NULL would null tenant_id too' AS problem
    FROM tenant_tables t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
    WHERE k.confdeltype = 'n' AND cardinality(k.conkey) > 1 AND coalesce(cardinality(k.confdelsetcols), 0) = 0`,
  'index-under-foreign-key': `
    SELECT c.relname || '.' || k.conname AS at, 'no index begins with the columns of ' || pg_get_constraintdef(k.oid) AS problem
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE c.relnamespace = $1::regnamespace AND k.contype = 'f' AND NOT c.relispartition
      AND NOT EXISTS (
        SELECT FROM pg_index i
        WHERE i.indrelid = c.oid AND i.indisvalid
          -- A row whose key is null refers to nothing: leaving it out of the index costs the foreign key nothing.
          AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) IN (
            SELECT '(' || quote_ident(a.attname) || ' IS NOT NULL)' FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)))
          AND (SELECT array_agg(column_number ORDER BY column_number)
               FROM unnest((i.indkey::int2[])[0:cardinality(k.conkey) - 1]) AS column_number)
            = (SELECT array_agg(column_number ORDER BY column_number) FROM unnest(k.conkey) AS column_number))`,
  'unique-per-tenant': `
    SELECT t.relname || '.' || n.relname AS at, 'is unique across tenants' AS problem
    FROM tenant_tables t JOIN pg_index i ON i.indrelid = t.oid AND i.indisunique JOIN pg_class n ON n.oid = i.indexrelid
    WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'tenant_id' AND a.attnum = ANY (i.indkey))`,
  'index-starts-with-tenant': `
    SELECT t.relname || '.' || n.relname AS at, 'does not start with tenant_id' AS problem
    FROM tenant_tables t JOIN pg_index i ON i.indrelid = t.oid JOIN pg_class n ON n.oid = i.indexrelid
    JOIN pg_am m ON m.oid = n.relam AND m.amname = 'btree'
    WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'tenant_id' AND a.attnum = i.indkey[0])
      -- What only serves a foreign key to a global table starts with that key.
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'f' AND k.conkey[1] = i.indkey[0])`,
  'audit-columns': `
    SELECT t.relname AS at, 'changes, but lacks ' || string_agg(wanted, ', ') AS problem
    FROM tenant_tables t
    CROSS JOIN unnest('{created_at,created_by,updated_at,updated_by,version}'::text[]) AS wanted
    WHERE NOT t.relispartition AND has_table_privilege($1 || '_app', t.oid, 'UPDATE')
      AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = wanted AND NOT a.attisdropped)
    GROUP BY t.relname`,
  'append-only-columns': `
    SELECT t.relname AS at, 'is append-only, but has ' || string_agg(a.attname, ', ') AS problem
    FROM tenant_tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname IN ('updated_at', 'updated_by', 'version')
    WHERE NOT t.relispartition AND NOT has_table_privilege($1 || '_app', t.oid, 'UPDATE')
      AND NOT has_any_column_privilege($1 || '_app', t.oid, 'UPDATE')
    GROUP BY t.relname`,
  'status-is-text': `
    SELECT c.relname || '.' || a.attname AS at, 'a status is text with a CHECK, not ' || a.atttypid::regtype AS problem
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attname = 'status'
      AND (a.atttypid <> 'text'::regtype
           OR NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c' AND a.attnum = ANY (k.conkey)))`,
  'no-enum': `
    SELECT t.typname AS at, 'is an enum: its equality is not leakproof, so under row-level security it uses no index' AS problem
    FROM pg_type t WHERE t.typnamespace = $1::regnamespace AND t.typtype = 'e'`,
  instants: `
    SELECT c.relname || '.' || a.attname AS at, 'is a timestamp without time zone' AS problem
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p') AND a.atttypid = 'timestamp'::regtype`,
  'grants-of-app': `
    SELECT c.relname AS at, 'the service may ' || string_agg(privilege, ', ') AS problem
    FROM pg_class c CROSS JOIN unnest('{TRUNCATE,REFERENCES,TRIGGER,MAINTAIN}'::text[]) AS privilege
    WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p', 'v')
      AND has_table_privilege($1 || '_app', c.oid, privilege)
    GROUP BY c.relname
    UNION ALL
    SELECT c.relname, 'the service may ' || string_agg(privilege, ', ') || ' a global table'
    FROM pg_class c CROSS JOIN unnest('{INSERT,UPDATE,DELETE}'::text[]) AS privilege
    WHERE c.relnamespace = $1::regnamespace AND c.relname = ANY ($2::text[])
      AND has_table_privilege($1 || '_app', c.oid, privilege)
    GROUP BY c.relname
    UNION ALL
    SELECT c.relname, 'a partition is reached through its parent, but the service may ' || privilege || ' it directly'
    FROM pg_class c CROSS JOIN unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) AS privilege
    WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p') AND c.relispartition
      AND has_table_privilege($1 || '_app', c.oid, privilege)`,
  'grants-to-public': `
    SELECT c.relname AS at, 'PUBLIC may ' || a.privilege_type AS problem
    FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
    WHERE c.relnamespace = $1::regnamespace AND a.grantee = 0`,
  'service-roles': `
    SELECT rolname::text AS at, 'may pass by row-level security or is a superuser' AS problem
    FROM pg_roles WHERE rolname IN ($1 || '_app', $1 || '_lookup', $1 || '_relay', $1 || '_migrator') AND (rolsuper OR rolbypassrls)
    UNION ALL
    SELECT c.relname, 'belongs to ' || r.rolname
    FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
    WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S') AND r.rolname <> $1 || '_migrator'
    UNION ALL
    SELECT r.rolname::text, 'is inherited by the service'
    FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
    WHERE m.member = to_regrole($1 || '_app') AND m.inherit_option`,
  views: `
    SELECT c.relname AS at, 'a view runs as its owner unless security_invoker is set; a materialised view always leaks' AS problem
    FROM pg_class c
    WHERE c.relnamespace = $1::regnamespace
      AND (c.relkind = 'm' OR (c.relkind = 'v' AND NOT coalesce(c.reloptions, '{}') && '{security_invoker=true,security_invoker=on}'::text[]))`,
  'security-definer': `
    SELECT p.proname AS at, 'runs as its owner with an open search_path, or PUBLIC may call it' AS problem
    FROM pg_proc p
    WHERE p.pronamespace = $1::regnamespace AND p.prosecdef
      AND (NOT EXISTS (SELECT FROM unnest(p.proconfig) AS setting WHERE setting LIKE 'search_path=%')
           OR has_function_privilege('public', p.oid, 'EXECUTE'))`,
};

const TENANT_TABLES = `WITH tenant_tables AS (
  SELECT c.* FROM pg_class c
  WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> ALL ($2::text[]))`;

/**
 * What in a live database breaks the rules that every table obeys, read from pg_catalog. Connect as a superuser or as the
 * owner. Partitions are checked like tables of their own, because row-level security is not inherited.
 */
export async function catalogViolations(url: string, rules: CatalogRules): Promise<Violation[]> {
  const { schema, globalTables, exceptions = {}, only } = rules;
  return withClient(url, async (client) => {
    const violations: Violation[] = [];
    const used = new Set<string>();
    for (const [rule, text] of Object.entries(RULES)) {
      if (only && !only.includes(rule)) continue;
      // Each rule is given both parameters, used or not.
      const both = `${TENANT_TABLES} SELECT found.* FROM (${text}) AS found`;
      const { rows } = await client.query<{ at: string; problem: string }>(both, [schema, [...globalTables]]);
      for (const row of rows) {
        const key = `${rule} ${row.at}`;
        const partition = `${rule} ${row.at.replace(/_(\d{4}_\d{2}|p?\d{1,2})(?=$|\.)/, '')}`;
        const excepted = [key, partition].find((name) => name in exceptions);
        if (excepted !== undefined) used.add(excepted);
        else violations.push({ rule, at: row.at, problem: row.problem });
      }
    }
    for (const name of Object.keys(exceptions)) {
      if (!only && !used.has(name)) violations.push({ rule: 'exception', at: name, problem: 'is not needed any more' });
    }
    return violations;
  });
}

/** Tables that the kit brings to every service, and why some rules do not hold for them. */
export const KIT_EXCEPTIONS: Readonly<Record<string, string>> = {
  'primary-key idempotency_keys': 'the key is what the caller sent',
  'primary-key inbox': 'a message has an effect once per consumer',
  'index-starts-with-tenant outbox.outbox_unpublished': 'the relay takes the rows of all tenants in order',
  'audit-columns idempotency_keys': 'a stored answer; nobody edits it',
};

/**
 * What the service's role reads in each tenant-scoped table: table name → tenants whose rows it sees.
 * Without a tenant named there must be none, with one only that one.
 */
export async function tenantsSeen(
  appUrl: string,
  rules: Pick<CatalogRules, 'schema' | 'globalTables'>,
  tenantId: string | null,
): Promise<Record<string, string[]>> {
  return withClient(appUrl, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c
       WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> ALL ($2::text[])
         AND has_table_privilege(c.oid, 'SELECT')`,
      [rules.schema, [...rules.globalTables]],
    );
    if (tenantId !== null) await client.query("SELECT set_config('app.tenant_id', $1, false)", [tenantId]);
    const seen: Record<string, string[]> = {};
    for (const { name } of rows) {
      const found = await client.query<{ tenant_id: string }>(`SELECT DISTINCT tenant_id FROM ${rules.schema}.${name}`);
      seen[name] = found.rows.map((row) => row.tenant_id);
    }
    return seen;
  });
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
