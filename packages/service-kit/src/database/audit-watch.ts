import type { ClientBase } from 'pg';
import type { Tx } from './tx.js';

/** What the kit itself writes beside an effect. */
const OWN_TABLES = ['outbox', 'inbox', 'idempotency_keys', 'dead_letters'];

/** Rows changed so far by table. The counts may begin in earlier transactions of the connection, so two are compared. */
const COUNTS = `SELECT relname AS name, n_tup_ins + n_tup_upd + n_tup_del AS rows FROM pg_stat_xact_user_tables
  WHERE schemaname = $1 AND relname <> ALL ($2) AND n_tup_ins + n_tup_upd + n_tup_del > 0`;

export type Counts = ReadonlyMap<string, string>;

/**
 * For tests: knows of each request what its transactions changed and whether any of them wrote an audit record, so that an
 * operation that changes something in silence fails the first test that calls it.
 */
export class AuditWatch {
  private readonly requests = new Map<string, { audited: boolean; changed: Set<string> }>();

  constructor(private readonly context: string) {}

  /** Asked when a transaction has begun. */
  async counts(client: ClientBase): Promise<Counts> {
    const { rows } = await client.query<{ name: string; rows: string }>(COUNTS, [this.context, OWN_TABLES]);
    return new Map(rows.map((row) => [row.name, row.rows]));
  }

  /** Called before it commits. */
  async note(client: ClientBase, tx: Tx, before: Counts): Promise<void> {
    const { requestId } = tx.origin;
    const known = this.requests.get(requestId) ?? { audited: false, changed: new Set<string>() };
    this.requests.set(requestId, known);
    known.audited ||= tx.audited;
    if (known.audited) return;
    for (const [name, rows] of await this.counts(client)) if (before.get(name) !== rows) known.changed.add(name);
    if (tx.published) known.changed.add('events');
  }

  /** What a request has changed without a word in the audit log; asked once, when it is answered. */
  silent(requestId: string): string[] {
    const known = this.requests.get(requestId);
    this.requests.delete(requestId);
    return known && !known.audited ? [...known.changed] : [];
  }
}
