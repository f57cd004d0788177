import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AuditActorKind, AuditOutcome, ChainBreakKind } from '@platform/contracts';
import { canonicalJson } from './canonical-json.js';

/** What the first record of a tenant follows. */
export const GENESIS = Buffer.alloc(32);

/**
 * The hashed part of an audit record. IP address and user agent stay out of it: they are the only personal data in a
 * record (people stand in it as ids), and with them outside, erasing them leaves the chain whole.
 */
export interface ChainRecord {
  readonly tenantId: string;
  readonly seq: number;
  readonly id: string;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
  readonly product: string;
  readonly action: string;
  readonly actorKind: AuditActorKind;
  readonly actorId: string | null;
  readonly impersonatorId: string | null;
  readonly entityType: string;
  readonly entityId: string | null;
  readonly orgId: string | null;
  readonly outcome: AuditOutcome;
  readonly reason: string | null;
  readonly changes: Record<string, unknown> | null;
  readonly requestId: string;
}

export interface ChainedRecord extends ChainRecord {
  readonly prevHash: Buffer;
  readonly hash: Buffer;
}

export function hashOf(key: Buffer, record: ChainRecord, prevHash: Buffer): Buffer {
  const { tenantId, seq, id, occurredAt, recordedAt, product, action, actorKind, actorId, impersonatorId } = record;
  const { entityType, entityId, orgId, outcome, reason, changes, requestId } = record;
  const text = canonicalJson({
    tenantId,
    seq,
    id,
    occurredAt: occurredAt.toISOString(),
    recordedAt: recordedAt.toISOString(),
    product,
    action,
    actorKind,
    actorId,
    impersonatorId,
    entityType,
    entityId,
    orgId,
    outcome,
    reason,
    changes,
    requestId,
  });
  return createHmac('sha256', key).update(text).update(prevHash).digest();
}

/** Appends to a chain that ends in `head`. */
export function chained<R extends Omit<ChainRecord, 'seq'>>(
  key: Buffer,
  head: { seq: number; hash: Buffer },
  records: readonly R[],
): (R & ChainedRecord)[] {
  let { seq, hash: prevHash } = head;
  return records.map((record) => {
    seq += 1;
    const numbered = { ...record, seq };
    const hash = hashOf(key, numbered, prevHash);
    const link = { ...numbered, prevHash, hash };
    prevHash = hash;
    return link;
  });
}

export interface Break {
  readonly kind: ChainBreakKind;
  readonly seq: number;
  readonly recordId: string | null;
  readonly detail: string;
}

/** How far from its place a record is looked for when telling a swap from an edit. */
export const NEIGHBOURHOOD = 100;

/**
 * Walks a chain page by page, in the order of `seq`, and stops at the first record that is not as it was written.
 * Without the key nobody makes a record that fits, so what does not fit tells what was done.
 */
export class ChainWalk {
  checked = 0;

  constructor(
    private readonly key: Buffer,
    private seq: number,
    private hash: Buffer,
  ) {}

  get lastSeq(): number {
    return this.seq;
  }

  get lastHash(): Buffer {
    return this.hash;
  }

  /**
   * The first break among the first `count` rows, or null when they hold. The rows after them are only looked at to tell
   * what happened: `NEIGHBOURHOOD` of them are enough.
   */
  walk(rows: readonly ChainedRecord[], count: number = rows.length): Break | null {
    for (const [at, row] of rows.slice(0, count).entries()) {
      const expected = this.seq + 1;
      if (row.seq === expected && row.prevHash.equals(this.hash) && this.genuine(row, row.seq)) {
        this.seq = row.seq;
        this.hash = row.hash;
        this.checked += 1;
        continue;
      }
      return this.explain(row, rows.slice(at, at + NEIGHBOURHOOD), expected);
    }
    return null;
  }

  /** What the head says about the end of the chain. */
  end(head: { seq: number; hash: Buffer }): Break | null {
    if (head.seq > this.seq) {
      return {
        kind: 'TAIL_CUT',
        seq: this.seq + 1,
        recordId: null,
        detail: `${head.seq - this.seq} records are gone from the end`,
      };
    }
    if (head.seq < this.seq) {
      return {
        kind: 'RECORD_INSERTED',
        seq: head.seq + 1,
        recordId: null,
        detail: 'there are records after the end of the chain',
      };
    }
    if (!head.hash.equals(this.hash)) {
      return {
        kind: 'RECORD_CHANGED',
        seq: this.seq,
        recordId: null,
        detail: 'the last record is not the one the chain ended with',
      };
    }
    return null;
  }

  private explain(row: ChainedRecord, ahead: readonly ChainedRecord[], expected: number): Break {
    const found = (kind: ChainBreakKind, detail: string): Break => ({ kind, seq: expected, recordId: row.id, detail });
    if (row.seq < expected) {
      return { kind: 'RECORD_INSERTED', seq: row.seq, recordId: row.id, detail: `place ${row.seq} is taken twice` };
    }
    // The record that was written here, if it is still somewhere near.
    const original = ahead.find(
      (candidate) => candidate.prevHash.equals(this.hash) && this.genuine(candidate, expected),
    );
    if (original && original !== row) {
      const displaced = ahead.some(({ seq }) => this.genuine(row, seq) && seq !== expected);
      if (row.seq === original.seq) return found('RECORD_INSERTED', `place ${expected} is taken twice`);
      if (displaced) return found('RECORDS_SWAPPED', `the record of place ${expected} stands at ${original.seq}`);
      return found('RECORD_INSERTED', `a record that was never written stands before that of place ${expected}`);
    }
    if (row.seq > expected)
      return { ...found('RECORD_MISSING', `places ${expected} to ${row.seq - 1} are empty`), recordId: null };
    const later = Array.from({ length: NEIGHBOURHOOD }, (_, step) => expected + 1 + step);
    if (later.some((seq) => this.genuine(row, seq))) {
      return found('RECORD_MISSING', 'a record was taken out and those after it were moved up');
    }
    if (!row.prevHash.equals(this.hash) && this.genuine(row, expected)) {
      return found('RECORD_MISSING', 'the record follows another one than the one before it');
    }
    return found('RECORD_CHANGED', 'the record is not the one that was written');
  }

  private genuine(row: ChainedRecord, seq: number): boolean {
    const hash = hashOf(this.key, { ...row, seq }, row.prevHash);
    return hash.length === row.hash.length && timingSafeEqual(hash, row.hash);
  }
}
