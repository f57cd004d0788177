import pg from 'pg';

type Owner = { user: string } | { email: string } | { via: string; table: string } | { mentions: string; and?: string };

/** What the checks read of a service's registry of personal data. */
export interface PersonalDataRules {
  readonly schema: string;
  readonly tables: readonly {
    readonly table: string;
    readonly of: Owner;
    readonly columns: Readonly<Record<string, { readonly withheld?: string; readonly sealed?: true }>>;
  }[];
  readonly impersonal: Readonly<Record<string, string>>;
}

export interface Subject {
  tenantId: string;
  userId: string;
  email: string;
}

/** Columns that can hold what a person wrote, is called or when they were born; a choice among fixed words (CHECK … IN) cannot. */
const CANDIDATES = `
  SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND (format_type(a.atttypid, NULL) IN ('text', 'character varying', 'json', 'jsonb', 'inet', 'text[]', 'bytea')
      OR (format_type(a.atttypid, NULL) = 'date' AND a.attname ~ 'birth|born'))
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c' AND k.conkey = ARRAY[a.attnum]
                    AND pg_get_constraintdef(k.oid) ~ '= ANY \\(ARRAY\\[|CHECK \\(\\(\\w+ = ''')
  ORDER BY 1, 2`;

/** No text fits into a date: one that stands nowhere else. */
const MARKED_DATE = '1871-03-09';

/** Columns that are neither annotated nor declared impersonal, and annotations that fit no column. */
export async function unannotatedColumns(url: string, rules: PersonalDataRules): Promise<string[]> {
  return connected(url, async (client) => {
    const { rows } = await client.query<{ table: string; column: string }>(CANDIDATES, [rules.schema]);
    const annotated = new Set(
      rules.tables.flatMap(({ table, columns }) => Object.keys(columns).map((column) => `${table}.${column}`)),
    );
    const there = rows.map(({ table, column }) => `${table}.${column}`);
    const unknown = there.filter((name) => {
      const [table] = name.split('.');
      return !annotated.has(name) && !(name in rules.impersonal) && !(`${table}.*` in rules.impersonal);
    });
    const gone = [...annotated].filter((name) => !there.includes(name)).map((name) => `${name} is no column`);
    return [...unknown, ...gone];
  });
}

/**
 * Writes a marker of its own into every annotated column, in rows of the person: made for the purpose, past all
 * constraints, because no way through the service reaches every column. Answers the markers, `table.column` first.
 */
export async function markPerson(
  url: string,
  rules: PersonalDataRules,
  person: Subject,
  seal?: (plain: string, place: { table: string; column: string; row: string; subject: string }) => Promise<string>,
): Promise<Map<string, string>> {
  return connected(url, async (client) => {
    await client.query("SET session_replication_role = 'replica'");
    const markers = new Map<string, string>();
    const rowOf = new Map<string, string>();
    let { email } = person;
    for (const { table, of, columns } of rules.tables) {
      const name = `${rules.schema}.${table}`;
      await dropChecks(client, name);
      const { rows: all } = await client.query<{ name: string; type: string; needed: boolean }>(
        `SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type,
           a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AS needed
         FROM pg_attribute a WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''`,
        [name],
      );
      const id = (await client.query<{ id: string }>('SELECT uuidv7() AS id')).rows[0]?.id as string;
      rowOf.set(table, id);
      const values: Record<string, unknown> = {};
      for (const { name: column, type, needed } of all) if (needed) values[column] = filler(type, column);
      // Out of reach of workers that look for what is due.
      if (all.some(({ name: column }) => column === 'next_attempt_at')) values.next_attempt_at = '2100-01-01T00:00:00Z';
      if (all.some(({ name: column }) => column === 'id')) values.id = id;
      values.tenant_id = person.tenantId;
      for (const column of Object.keys(columns)) {
        const type = all.find((each) => each.name === column)?.type ?? 'text';
        const text = `marker-${table}-${column}-${id.slice(-6)}${column === 'email' ? '@example.test' : ''}`;
        const marker = type === 'date' ? MARKED_DATE : text;
        markers.set(`${table}.${column}`, marker);
        const sealed = columns[column]?.sealed && seal;
        values[column] = sealed
          ? await sealed(marker, { table, column, row: id, subject: person.userId })
          : marked(type, marker);
      }
      if ('user' in of) values[of.user] = person.userId;
      if ('email' in of && of.email) {
        values[of.email] = email;
        markers.set(`${table}.${of.email}`, email);
      }
      if ('via' in of) values[of.via] = rowOf.get(of.table);
      if ('mentions' in of)
        values[of.mentions] = `{"user": "${person.userId}", "marker": "${markers.get(`${table}.${of.mentions}`)}"}`;
      if ('mentions' in of && of.and) values.published_at = new Date();
      // The user's own row is there already; one that hangs on it may not be.
      if ('user' in of && of.user === 'id') {
        const entries = Object.keys(columns);
        const set = entries.map((column, at) => `${column} = $${at + 3}`).join(', ');
        const { rowCount } = await client.query(`UPDATE ${name} SET ${set} WHERE tenant_id = $1 AND id = $2`, [
          person.tenantId,
          person.userId,
          ...entries.map((column) => values[column]),
        ]);
        email = markers.get(`${table}.email`) ?? email;
        if (rowCount) continue;
      }
      const entries = Object.entries(values);
      await client.query(
        `INSERT INTO ${name} (${entries.map(([column]) => `"${column}"`).join(', ')})
         VALUES (${entries.map((_, at) => `$${at + 1}`).join(', ')})`,
        entries.map(([, value]) => value),
      );
    }
    return markers;
  });
}

/** Rows of the whole database that still hold a text, as `table: row`. */
export async function rowsHolding(url: string, schema: string, text: string): Promise<string[]> {
  return connected(url, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p')
         AND NOT c.relispartition ORDER BY 1`,
      [schema],
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(
        `SELECT r::text AS row FROM ${schema}.${name} r WHERE strpos(r::text, $1) > 0`,
        [text],
      );
      found.push(...rows.map(({ row }) => `${name}: ${row.slice(0, 300)}`));
    }
    return found;
  });
}

async function dropChecks(client: pg.Client, table: string): Promise<void> {
  const { rows } = await client.query<{ conname: string }>(
    "SELECT conname FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c' AND NOT conislocal = false",
    [table],
  );
  for (const { conname } of rows) await client.query(`ALTER TABLE ${table} DROP CONSTRAINT "${conname}"`);
}

const marked = (type: string, marker: string): unknown => {
  if (type === 'jsonb' || type === 'json') return JSON.stringify({ marker });
  if (type === 'text[]') return [marker];
  if (type === 'bytea') return Buffer.from(marker);
  return marker;
};

function filler(type: string, column: string): unknown {
  if (type === 'uuid') return '00000000-0000-7000-8000-00000000f111';
  if (type === 'boolean') return false;
  if (type === 'jsonb' || type === 'json') return '{}';
  if (type.endsWith('[]')) return [];
  if (type === 'bytea') return Buffer.alloc(32, column.length);
  if (type.startsWith('timestamp') || type === 'date') return new Date('2100-01-01T00:00:00Z');
  if (type.startsWith('time ') || type === 'time') return '12:00';
  if (type === 'tstzrange') return '[2026-01-01,2026-01-02)';
  if (['integer', 'bigint', 'smallint', 'numeric'].includes(type)) return 1;
  return `filled-${column}`;
}

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
