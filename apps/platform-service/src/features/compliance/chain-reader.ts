import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type { AuditAnchor } from '@platform/contracts';
import { headOf } from './anchors.js';
import { AuditKeys } from './audit-keys.js';
import { ChainKey } from './chain-key.js';
import { toAnchor, toChained } from './compliance.mapper.js';
import {
  type AuditLogRow,
  CHAIN_PAGE,
  CHECKPOINTS_BETWEEN,
  type CheckpointRow,
  FIRST_SEQ,
  HEAD_AT,
  type HeadRow,
  LAST_CHECKPOINT,
} from './compliance.sql.js';
import { BEGINNING, type Break, ChainWalk, type Head, NEIGHBOURHOOD } from './domain/chain.js';
import { byPlace } from './domain/checkpoint.js';

const PAGE = 1_000;
/** Behind every id: a walk begins after all records of the number before it. */
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Walks a tenant's chain in the database and compares it with the anchors that lie beside it. */
@Injectable()
export class ChainReader {
  constructor(
    private readonly chain: ChainKey,
    private readonly keys: AuditKeys,
  ) {}

  walkFrom(head: Head): ChainWalk {
    return new ChainWalk(this.chain.key, head);
  }

  /** @param enough asked before each page, whether to stop */
  async walkTo(
    tx: Tx,
    walk: ChainWalk,
    toSeq: number,
    { enough = () => false, anchors = [] }: { enough?: () => boolean; anchors?: readonly AuditAnchor[] } = {},
  ): Promise<Break | null> {
    const given = byPlace(anchors);
    let after = { seq: walk.lastSeq, id: LAST_ID };
    while (!enough()) {
      const values = [tx.tenantId, after.seq, after.id, toSeq, PAGE + NEIGHBOURHOOD];
      const rows = await tx.query<AuditLogRow>(CHAIN_PAGE, values);
      const last = rows[Math.min(rows.length, PAGE) - 1];
      if (!last) return null;
      const stored = await this.checkpoints(tx, after.seq, Number(last.seq));
      if (!Array.isArray(stored)) return stored;
      const places = byPlace([...stored, ...[...given.values()].flat()]);
      const found = walk.walk(rows.map(toChained), PAGE, places);
      if (found) return found;
      after = { seq: Number(last.seq), id: last.row_id };
    }
    return null;
  }

  /** Anchors of our own behind a place, or the first of them that nobody signed. */
  async checkpoints(tx: Tx, after: number, to = Number.MAX_SAFE_INTEGER): Promise<AuditAnchor[] | Break> {
    const rows = await tx.query<CheckpointRow>(CHECKPOINTS_BETWEEN, [tx.tenantId, after, to]);
    const anchors = rows.map(toAnchor);
    for (const anchor of anchors) {
      if (await this.keys.genuine(anchor)) continue;
      return {
        kind: 'ANCHOR_FORGED',
        mismatch: 'signature_mismatch',
        seq: anchor.seq,
        recordId: null,
        detail: `the anchor of place ${anchor.seq} is not signed by a key of ours`,
      };
    }
    return anchors;
  }

  /**
   * Where a walk of the whole chain begins: with its first record, or after what was dropped when its time was over, which
   * a signed checkpoint tells from what was taken away.
   */
  async beginning(tx: Tx): Promise<Head> {
    const [first] = await tx.query<{ seq: string }>(FIRST_SEQ, [tx.tenantId]);
    if (first?.seq === '1') return BEGINNING;
    const before = first ? Number(first.seq) - 1 : Number.MAX_SAFE_INTEGER;
    const [row] = await tx.query<CheckpointRow>(LAST_CHECKPOINT, [tx.tenantId, 'retention', before]);
    if (!row || !(await this.keys.genuine(toAnchor(row)))) return BEGINNING;
    return { seq: Number(row.seq), hash: row.head, publicHash: row.public_head };
  }

  /** A walk that begins in the middle trusts the record before its beginning. */
  async headBefore(tx: Tx, seq: number): Promise<Head> {
    const [row] = await tx.query<HeadRow>(HEAD_AT, [tx.tenantId, seq - 1]);
    return { ...(row ? headOf(row) : BEGINNING), seq: seq - 1 };
  }
}
