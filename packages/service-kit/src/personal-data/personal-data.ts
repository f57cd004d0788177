import type { Queryable, Statement } from '../database/statement.js';
import { statement } from '../database/statement.js';
import type { Owner, PersonalDataRegistry, PersonalTable } from './registry.js';

const PAGE = 200;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

export interface Person {
  readonly tenantId: string;
  readonly userId: string;
  readonly email: string;
}

/** Where a sealed value belongs. */
export interface SealedPlace {
  readonly table: string;
  readonly column: string;
  readonly row: string;
  readonly subject: string;
}

export interface ExportedPage {
  readonly category: string;
  readonly table: string;
  readonly records: Record<string, unknown>[];
}

export interface KeptRow {
  readonly table: string;
  readonly category: string;
  readonly id: string;
  readonly legalGround: string;
  readonly until: Date;
}

interface Statements {
  readonly of: PersonalTable;
  readonly page: Statement | null;
  readonly kept: Statement | null;
  readonly remove: Statement | null;
  readonly replace: Statement | null;
}

/**
 * Exports and erases a person by the registry, table by table, so that what is annotated is also handed over and also
 * goes. A column nobody annotated fails the catalog test.
 */
export class PersonalData {
  private readonly statements: readonly Statements[];

  constructor(readonly registry: PersonalDataRegistry) {
    this.statements = registry.tables.map((table) => statementsOf(registry, table));
  }

  /** Everything that is not withheld. `open` reads what is sealed; null where its key is gone. */
  async *export(
    queryable: Queryable,
    person: Person,
    open: (sealed: string, place: SealedPlace) => Promise<string | null>,
  ): AsyncGenerator<ExportedPage> {
    for (const { of, page } of this.statements) {
      if (!page) continue;
      let after = FIRST_ID;
      for (;;) {
        const rows = await queryable.query<{ id: string; record: Record<string, unknown> }>(page, [
          person.tenantId,
          person.userId,
          person.email,
          after,
          PAGE,
        ]);
        const last = rows.at(-1);
        if (!last) break;
        const records = [];
        for (const { id, record } of rows) records.push(await opened(of, id, person.userId, record, open));
        yield { category: of.category, table: of.table, records };
        if (rows.length < PAGE) break;
        after = last.id;
      }
    }
  }

  /** Rows that the law keeps, to be written down before anything is erased. */
  async kept(queryable: Queryable, person: Person): Promise<KeptRow[]> {
    const found: KeptRow[] = [];
    for (const { of, kept } of this.statements) {
      if (!kept || !of.kept) continue;
      const values = [person.tenantId, person.userId, person.email];
      const rows = await queryable.query<{ id: string; until: Date }>(kept, values);
      const { legalGround } = of.kept;
      found.push(...rows.map((row) => ({ ...row, table: of.table, category: of.category, legalGround })));
    }
    return found;
  }

  /**
   * Erases, children before parents, and answers how many rows per category. `pseudonym` takes the place of names. Runs
   * as a role that may do so, since the service's own may not change what only grows.
   */
  async erase(queryable: Queryable, person: Person, pseudonym: string): Promise<Record<string, number>> {
    const erased: Record<string, number> = {};
    for (const { of, remove, replace } of [...this.statements].reverse()) {
      for (const each of [remove, replace]) {
        if (!each) continue;
        const values = [person.tenantId, person.userId, person.email, pseudonym];
        const [{ rows } = { rows: 0 }] = await queryable.query<{ rows: number }>(each, values);
        if (rows > 0) erased[of.category] = (erased[of.category] ?? 0) + rows;
      }
    }
    return erased;
  }
}

async function opened(
  { table, columns }: PersonalTable,
  id: string,
  subject: string,
  record: Record<string, unknown>,
  open: (sealed: string, place: SealedPlace) => Promise<string | null>,
): Promise<Record<string, unknown>> {
  const read = { ...record };
  for (const [column, { sealed }] of Object.entries(columns)) {
    const value = read[column];
    if (sealed && typeof value === 'string') read[column] = await open(value, { table, column, row: id, subject });
  }
  return read;
}

function statementsOf({ schema, tables }: PersonalDataRegistry, table: PersonalTable): Statements {
  const from = `${schema}.${table.table}`;
  const owned = `r.tenant_id = $1 AND ${ownedBy(schema, tables, table.of)}`;
  const named = (what: string, text: string) => statement(`personal-data-${what}-${schema}-${table.table}`, text);
  const shown = [
    ...(table.facts ?? []),
    ...Object.entries(table.columns).flatMap(([column, { withheld }]) => (withheld === undefined ? [column] : [])),
  ];
  const exported = shown.length > 0;
  // Every parameter is named once, whether the table needs it or not: the values are the same for all.
  const three = 'AND ($1::uuid, $2::uuid, $3::text) IS NOT NULL';
  const four = `${three} AND $4::text IS NOT NULL`;
  const keptRow = table.kept ? `(${table.kept.when})` : 'false';
  const assignments = Object.entries(table.columns).map(([column, { erased }]) => `${column} = ${erased}`);
  const counted = (text: string) => `WITH changed AS (${text} RETURNING 1) SELECT count(*)::int AS rows FROM changed`;
  return {
    of: table,
    page: exported
      ? named(
          'page',
          `SELECT r.id, jsonb_build_object(${shown.map((column) => `'${column}', r.${column}`).join(', ')}) AS record
           FROM ${from} r WHERE ${owned} AND r.id > $4::uuid ${three} ORDER BY r.id LIMIT $5`,
        )
      : null,
    kept: table.kept
      ? named(
          'kept',
          `SELECT r.id, (${table.kept.until}) AS until FROM ${from} r WHERE ${owned} AND ${keptRow} ${three}`,
        )
      : null,
    remove:
      table.rows === 'go'
        ? named('remove', counted(`DELETE FROM ${from} r WHERE ${owned} AND NOT ${keptRow} ${four}`))
        : null,
    replace:
      assignments.length > 0 && (table.rows === 'stay' || table.kept)
        ? named('replace', counted(`UPDATE ${from} r SET ${assignments.join(', ')} WHERE ${owned} ${four}`))
        : null,
  };
}

function ownedBy(schema: string, tables: readonly PersonalTable[], owner: Owner): string {
  if ('user' in owner) return owner.email ? `(r.${owner.user} = $2 OR r.${owner.email} = $3)` : `r.${owner.user} = $2`;
  if ('email' in owner) return `r.${owner.email} = $3`;
  if ('mentions' in owner) {
    const text = `r.${owner.mentions}`;
    const mentioned = `(strpos(${text}, $2::text) > 0 OR strpos(${text}, $3) > 0)`;
    return owner.and ? `${mentioned} AND ${owner.and}` : mentioned;
  }
  const parent = tables.find(({ table }) => table === owner.table);
  if (!parent) throw new Error(`${owner.table} is not in the registry of personal data`);
  const of = ownedBy(schema, tables, parent.of).replaceAll('r.', 'p.');
  return `r.${owner.via} IN (SELECT p.id FROM ${schema}.${owner.table} p WHERE p.tenant_id = $1 AND ${of})`;
}
