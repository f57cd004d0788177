import type { QueryResultRow } from 'pg';

/** A named statement: PostgreSQL parses and plans it once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

const names = new Map<string, string>();

/** @throws when two different texts share a name: PostgreSQL would run the wrong one. */
export function statement(name: string, text: string): Statement {
  const known = names.get(name);
  if (known !== undefined && known !== text)
    throw new Error(`statement "${name}" is declared twice with different texts`);
  names.set(name, text);
  return Object.freeze({ name, text });
}

export interface Queryable {
  query<Row extends QueryResultRow>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}
