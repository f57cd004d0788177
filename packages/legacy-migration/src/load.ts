import type { Value } from './copy-text.js';

export type Target = 'platform' | 'digilist';

/** A row as COPY brought it, by column. */
export type Row = Readonly<Record<string, string | null>>;
/** A row for a target table, by column. */
export type NewRow = Readonly<Record<string, Value | undefined>>;

/** What became of one legacy row. Each is exactly one of these, so the counts have to add up to what was read. */
export type Outcome =
  | {
      readonly kind: 'rows';
      readonly legacyId: string;
      readonly rows: readonly (readonly [table: string, row: NewRow])[];
      /** What was put right on the way, by code. */
      readonly repairs?: readonly string[];
      readonly clash?: Clash;
    }
  | { readonly kind: 'rejected'; readonly legacyId: string; readonly code: string; readonly source: Row }
  /** It is the same thing as another row, under whose id it is found from now on. */
  | { readonly kind: 'merged'; readonly legacyId: string; readonly into: string };

/** Time that two rows claimed: who lost it, to whom, and what became of the loser. */
export interface Clash {
  readonly listing: string;
  readonly from: string;
  readonly to: string;
  readonly wonBy: string;
  readonly kept: 'cancelled' | 'without_time';
}

/** One pass over one source, in the order of a key, in chunks that are written whole or not at all. */
export interface Load {
  readonly name: string;
  readonly into: Target;
  /** Where the rows come from; copies are made of what PLATFORM has by then. */
  readonly from: 'legacy' | 'platform';
  /** Tables it writes, in this order. */
  readonly tables: readonly string[];
  /** The one of them with one row per legacy row that is taken over; the first unless told. */
  readonly main?: string;
  /** How many rows there will be to read. */
  readonly count: string;
  /** What to read, in order, from the position on (which may come again). */
  query(position: string | null): string;
  position(row: Row): string;
  /** Has the row been dealt with already, if `position` is how far it had come? */
  isBehind?(row: Row, position: string): boolean;
  /** Rows of one group come after each other and are decided together. */
  group?(row: Row): string;
  decide(rows: readonly Row[]): readonly Outcome[];
}

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A load whose rows are decided one by one, in the order of their id. */
export function byId(
  load: Pick<Load, 'name' | 'into' | 'tables' | 'main'> & {
    readonly table: string;
    /** Statement without condition and order; its table is `t`. */
    readonly select: string;
    readonly type: 'bigint' | 'uuid' | 'integer';
    /** All in one chunk: rows refer to each other, whatever their ids. For what is small. */
    readonly together?: boolean;
    decideOne(row: Row): Outcome;
  },
): Load {
  const { name, into, tables, main, table, select, type, together, decideOne } = load;
  return {
    name,
    into,
    from: 'legacy',
    tables,
    ...(main !== undefined && { main }),
    count: `SELECT count(*) FROM ${table}`,
    query: (position) =>
      `${select}${position === null ? '' : ` WHERE t.id > ${literal(position)}::${type}`} ORDER BY t.id`,
    position: (row) => row.id as string,
    ...(together && { group: () => name }),
    decide: (rows) => rows.map(decideOne),
  };
}

export const rejected = (row: Row, code: string, legacyId = row.id as string): Outcome => ({
  kind: 'rejected',
  legacyId,
  code,
  source: row,
});
