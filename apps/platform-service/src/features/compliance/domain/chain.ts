import { createHmac, hash as digest, timingSafeEqual } from 'node:crypto';
import type { AuditActorKind, AuditAnchor, AuditOutcome, ChainBreakKind, ChainMismatch } from '@platform/contracts';
import { canonicalJson } from '../../../canonical-json.js';

/** What the first record of a tenant follows. */
export const GENESIS = Buffer.alloc(32);

/** Where a chain stands. */
export interface Head {
  readonly seq: number;
  readonly hash: Buffer;
  readonly publicHash: Buffer;
}

export const BEGINNING: Head = { seq: 0, hash: GENESIS, publicHash: GENESIS };

/**
 * An audit record as it is hashed. All of it is text, numbers and JSON: what is read back has the same letters.
 *
 * Format 3 covers everything; format 2 had neither trace nor session. What is personal stands in `personal` as ciphertext, by the user it is about: destroying
 * that user's key makes it unreadable and leaves every hash as it was. Format 1 had address and user agent in clear and
 * outside the chain.
 */
export interface ChainRecord {
  readonly format: 1 | 2 | 3;
  readonly tenantId: string;
  readonly seq: number;
  readonly id: string;
  /** ISO 8601 in UTC, milliseconds. */
  readonly occurredAt: string;
  readonly recordedAt: string;
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
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly personal: Record<string, string> | null;
  readonly traceId: string | null;
  readonly sessionId: string | null;
}

export interface ChainedRecord extends ChainRecord {
  /** Key of the row; since format 2 the record's own id. */
  readonly rowId: string;
  readonly prevHash: Buffer;
  readonly hash: Buffer;
  readonly publicHash: Buffer | null;
}

/** What is hashed of a record, under the names that an export has it by. */
export function hashedPart(record: ChainRecord): Record<string, unknown> {
  const { tenantId, seq, id, occurredAt, recordedAt, product, action, actorKind, actorId, impersonatorId } = record;
  const { entityType, entityId, orgId, outcome, reason, changes, requestId } = record;
  const first = { tenantId, seq, id, occurredAt, recordedAt, product, action, actorKind, actorId, impersonatorId };
  const both = { ...first, entityType, entityId, orgId, outcome, reason, changes, requestId };
  if (record.format === 1) return both;
  const { format, ip, userAgent, personal, traceId, sessionId } = record;
  const second = { ...both, format, ip, userAgent, personal };
  return format === 2 ? second : { ...second, traceId, sessionId };
}

/** `canonicalJson(hashedPart(record))`, of which most is known beforehand: this is where appending spends its time. */
export function hashedText(record: ChainRecord): string {
  const text = JSON.stringify;
  const { format, personal } = record;
  const second = format >= 2;
  const third = format >= 3;
  return (
    `{"action":${text(record.action)},"actorId":${text(record.actorId)},"actorKind":${text(record.actorKind)},` +
    `"changes":${canonicalJson(record.changes)},"entityId":${text(record.entityId)},` +
    `"entityType":${text(record.entityType)},${second ? `"format":${format},` : ''}"id":${text(record.id)},` +
    `"impersonatorId":${text(record.impersonatorId)},${second ? `"ip":${text(record.ip)},` : ''}` +
    `"occurredAt":${text(record.occurredAt)},"orgId":${text(record.orgId)},"outcome":${text(record.outcome)},` +
    `${second ? `"personal":${canonicalJson(personal)},` : ''}"product":${text(record.product)},` +
    `"reason":${text(record.reason)},"recordedAt":${text(record.recordedAt)},"requestId":${text(record.requestId)},` +
    `"seq":${record.seq},${third ? `"sessionId":${text(record.sessionId)},` : ''}"tenantId":${text(record.tenantId)}` +
    `${third ? `,"traceId":${text(record.traceId)}` : ''}${second ? `,"userAgent":${text(record.userAgent)}` : ''}}`
  );
}

const keyedHash = (key: Buffer, text: string, prevHash: Buffer): Buffer =>
  createHmac('sha256', key).update(text).update(prevHash).digest();

/** One step of the public chain: of the step before, and of the record alone. Nothing in it is secret. */
export const publicHashAfter = (before: Buffer, text: string): Buffer =>
  digest('sha256', Buffer.concat([before, digest('sha256', text, 'buffer')]), 'buffer');

/** Appends to a chain that ends in `head`. */
export function chained<R extends Omit<ChainRecord, 'seq'>>(
  key: Buffer,
  head: Head,
  records: readonly R[],
): (R & ChainedRecord)[] {
  let { seq, hash: prevHash, publicHash } = head;
  return records.map((record) => {
    seq += 1;
    // One copy, filled in as it becomes known: copies were half of what appending cost.
    const link = { ...record, seq, rowId: record.id, prevHash, hash: prevHash, publicHash: null as Buffer | null };
    const text = hashedText(link);
    link.hash = keyedHash(key, text, prevHash);
    prevHash = link.hash;
    if (record.format !== 1) {
      publicHash = publicHashAfter(publicHash, text);
      link.publicHash = publicHash;
    }
    return link;
  });
}

export interface Break {
  readonly kind: ChainBreakKind;
  readonly mismatch: ChainMismatch;
  readonly seq: number;
  readonly recordId: string | null;
  readonly detail: string;
}

/** How far from its place a record is looked for when telling a swap from an edit. */
export const NEIGHBOURHOOD = 100;

/**
 * Walks a chain page by page, in the order of `seq`, and stops at the first record that is not as it was written.
 * Without the key nobody makes a record that fits, so what does not fit tells what was done. With the key, somebody
 * could write all of it anew: that is what anchors are compared for.
 */
export class ChainWalk {
  checked = 0;
  anchors = 0;
  private head: Head;
  /** Up to here an anchor, or where the walk began, vouches for the records. */
  private vouched: number;

  constructor(
    private readonly key: Buffer,
    from: Head,
  ) {
    this.head = from;
    this.vouched = from.seq;
  }

  get lastSeq(): number {
    return this.head.seq;
  }

  /**
   * The first break among the first `count` rows, or null when they hold. The rows after them are only looked at to tell
   * what happened: `NEIGHBOURHOOD` of them are enough.
   */
  walk(
    rows: readonly ChainedRecord[],
    count: number = rows.length,
    anchors: ReadonlyMap<number, readonly AuditAnchor[]> = new Map(),
  ): Break | null {
    for (const [at, row] of rows.slice(0, count).entries()) {
      const mismatch = this.mismatchOf(row);
      if (mismatch) return { ...this.explain(row, rows.slice(at, at + NEIGHBOURHOOD), this.head.seq + 1), mismatch };
      this.head = { seq: row.seq, hash: row.hash, publicHash: row.publicHash ?? this.head.publicHash };
      this.checked += 1;
      for (const anchor of anchors.get(row.seq) ?? []) {
        const found = this.compare(anchor);
        if (found) return found;
      }
    }
    return null;
  }

  /** What the head, and anchors that lie behind the last record, say about the end of the chain. */
  end(head: Head, beyond: readonly AuditAnchor[] = []): Break | null {
    const { seq } = this.head;
    const cut = (kind: ChainBreakKind, at: number, mismatch: ChainMismatch, detail: string): Break => ({
      kind,
      mismatch,
      seq: at,
      recordId: null,
      detail,
    });
    if (head.seq > seq)
      return cut('TAIL_CUT', seq + 1, 'head_mismatch', `${head.seq - seq} records are gone from the end`);
    if (head.seq < seq) {
      const detail = 'there are records after the end of the chain';
      return cut('RECORD_INSERTED', head.seq + 1, 'head_mismatch', detail);
    }
    if (!head.hash.equals(this.head.hash) || !head.publicHash.equals(this.head.publicHash)) {
      const detail = 'the last record is not the one the chain ended with';
      return cut('RECORD_CHANGED', Math.max(seq, 1), 'head_mismatch', detail);
    }
    const [anchor] = beyond;
    if (!anchor) return null;
    const detail = `the chain once reached ${anchor.seq}, as was signed ${anchor.time}`;
    return cut('TAIL_CUT', seq + 1, 'anchor_mismatch', detail);
  }

  private compare(anchor: AuditAnchor): Break | null {
    this.anchors += 1;
    const { seq, hash, publicHash } = this.head;
    if (anchor.head === hash.toString('hex') && anchor.publicHead === publicHash.toString('hex')) {
      this.vouched = seq;
      return null;
    }
    return {
      kind: 'RESEALED',
      mismatch: 'anchor_mismatch',
      seq: this.vouched + 1,
      recordId: null,
      detail: `what stands from ${this.vouched + 1} to ${seq} is not what was signed ${anchor.time}`,
    };
  }

  private mismatchOf(row: ChainedRecord): ChainMismatch | null {
    if (row.seq !== this.head.seq + 1) return 'sequence_mismatch';
    if (!row.prevHash.equals(this.head.hash)) return 'prev_hash_mismatch';
    const text = hashedText(row);
    if (!this.sealedBy(row, text)) return 'row_hash_mismatch';
    if (row.format === 1) return null;
    return row.publicHash?.equals(publicHashAfter(this.head.publicHash, text)) ? null : 'public_hash_mismatch';
  }

  private explain(row: ChainedRecord, ahead: readonly ChainedRecord[], expected: number): Omit<Break, 'mismatch'> {
    const found = (kind: ChainBreakKind, detail: string) => ({ kind, seq: expected, recordId: row.id, detail });
    if (row.seq < expected) {
      return { kind: 'RECORD_INSERTED', seq: row.seq, recordId: row.id, detail: `place ${row.seq} is taken twice` };
    }
    // The record that was written here, if it is still somewhere near.
    const original = ahead.find(
      (candidate) => candidate.prevHash.equals(this.head.hash) && this.genuine(candidate, expected),
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
    if (!row.prevHash.equals(this.head.hash) && this.genuine(row, expected)) {
      return found('RECORD_MISSING', 'the record follows another one than the one before it');
    }
    return found('RECORD_CHANGED', 'the record is not the one that was written');
  }

  private genuine(row: ChainedRecord, seq: number): boolean {
    return this.sealedBy(row, hashedText({ ...row, seq }));
  }

  private sealedBy(row: ChainedRecord, text: string): boolean {
    if (row.format !== 1 && row.rowId !== row.id) return false;
    // Of a time when they were not hashed: whoever wrote them came later.
    if (row.format !== 3 && (row.traceId !== null || row.sessionId !== null)) return false;
    const hash = keyedHash(this.key, text, row.prevHash);
    return hash.length === row.hash.length && timingSafeEqual(hash, row.hash);
  }
}
