import { createHash } from 'node:crypto';
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
  return Object.freeze({ name: keptApart(name), text });
}

/** PostgreSQL cuts longer names off without a word, and takes one statement for the other. */
const LONGEST_NAME = 63;
const DIGEST = 12;

function keptApart(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST_NAME) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, DIGEST);
  return `${name.slice(0, LONGEST_NAME - DIGEST - 1)} ${digest}`;
}

export interface Queryable {
  query<Row extends QueryResultRow>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}
