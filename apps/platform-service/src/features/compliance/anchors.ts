import { type Tx } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { type AuditAnchor, type AuditAnchorKind, auditLogAnchored } from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { CONFIG, type PlatformConfig } from '../../config.js';
import { AuditKeys } from './audit-keys.js';
import { type HeadRow, LOCK_HEAD, MARK_ANCHORED, PUT_CHECKPOINT } from './compliance.sql.js';
import { GENESIS, type Head } from './domain/chain.js';
import { anchorOf } from './domain/checkpoint.js';

/** When the chain was last signed. */
export interface Anchored {
  readonly seq: number;
  readonly at: Date;
}

/** Signs where a chain stands, every so many records and every so many minutes, and lets it out as an event. */
@Injectable()
export class Anchors {
  private readonly every: { records: number; ms: number };

  constructor(
    private readonly keys: AuditKeys,
    @Inject(CONFIG) config: PlatformConfig,
  ) {
    this.every = { records: config.auditAnchorRecords, ms: config.auditAnchorMinutes * 60_000 };
  }

  /** Signed before this, a chain that has grown since is to be signed again. */
  dueBefore(now: Date): Date {
    return new Date(now.getTime() - this.every.ms);
  }

  /** Whoever holds the head asks with each batch. Answers what is signed then. */
  async afterAppend(tx: Tx, head: Head, last: Anchored, now: Date): Promise<Anchored> {
    const due = head.seq - last.seq >= this.every.records || last.at <= this.dueBefore(now);
    if (!due) return last;
    await this.sign(tx, 'anchor', head, head.seq - last.seq, now);
    return { seq: head.seq, at: now };
  }

  /** Signs the head now, whatever the time, unless nothing came since. */
  async now(tx: Tx, now: Date): Promise<void> {
    const row = await tx.one<HeadRow>(LOCK_HEAD, [tx.tenantId, GENESIS]);
    const head = headOf(row);
    if (head.seq === 0 || head.seq === Number(row.anchored_seq)) return;
    await this.sign(tx, 'anchor', head, head.seq - Number(row.anchored_seq), now);
    await tx.query(MARK_ANCHORED, [tx.tenantId, head.seq, now]);
  }

  async sign(tx: Tx, kind: AuditAnchorKind, head: Head, count: number, time: Date): Promise<AuditAnchor> {
    const anchor = anchorOf(this.keys.signer, { tenant: tx.tenantId, kind, head, count, time });
    const signature = Buffer.from(anchor.signature, 'base64url');
    const { seq, hash, publicHash } = head;
    await tx.query(PUT_CHECKPOINT, [
      tx.tenantId,
      uuidv7(),
      kind,
      seq,
      hash,
      publicHash,
      count,
      time,
      anchor.kid,
      signature,
    ]);
    tx.emit(auditLogAnchored, { id: tx.tenantId, version: seq, data: anchor });
    return anchor;
  }
}

export const headOf = (row: Pick<HeadRow, 'seq' | 'hash' | 'public_hash'>): Head => ({
  seq: Number(row.seq),
  hash: row.hash,
  publicHash: row.public_hash ?? GENESIS,
});
