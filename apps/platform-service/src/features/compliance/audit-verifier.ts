import { FORBIDDEN, Refusal, VALIDATION_FAILED } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type { AuditAnchor, AuditVerification, VerifyAuditLogs } from '@platform/contracts';
import { AnchorFiles } from './anchor-files.js';
import { headOf } from './anchors.js';
import { AuditKeys } from './audit-keys.js';
import { ChainReader } from './chain-reader.js';
import { toAnchor } from './compliance.mapper.js';
import { BEYOND_HEAD, CHECKPOINTS_BEYOND_HEAD, type CheckpointRow, type HeadRow, READ_HEAD } from './compliance.sql.js';
import { BEGINNING, type Break } from './domain/chain.js';

/** Of the request's time, kept back for the answer itself. */
const RESERVE_MS = 500;

@Injectable()
export class AuditVerifier {
  constructor(
    private readonly work: UnitOfWork,
    private readonly chain: ChainReader,
    private readonly keys: AuditKeys,
    private readonly files: AnchorFiles,
  ) {}

  /** Walks the chain as far as the request's time allows, and says where to go on. */
  verify(ctx: RequestContext, request: VerifyAuditLogs): Promise<AuditVerification> {
    return this.work.run(ctx, async (tx) => {
      // Part of a chain proves nothing, so a reach over some organizations is not enough.
      if (!tx.reach.tenant) throw new Refusal(FORBIDDEN);
      await this.requireGenuine(tx, request.anchors ?? []);
      const enough = () => Date.now() > ctx.deadline - RESERVE_MS;
      return this.verified(tx, request, enough);
    });
  }

  async verified(
    tx: Tx,
    request: VerifyAuditLogs = {},
    enough: () => boolean = () => false,
  ): Promise<AuditVerification> {
    const [row] = await tx.query<HeadRow>(READ_HEAD, [tx.tenantId]);
    const end = row ? headOf(row) : BEGINNING;
    const first = await this.chain.beginning(tx);
    const fromSeq = Math.max(request.fromSeq ?? 1, first.seq + 1);
    const toSeq = Math.min(request.toSeq ?? end.seq, end.seq);
    const walk = this.chain.walkFrom(fromSeq === first.seq + 1 ? first : await this.chain.headBefore(tx, fromSeq));
    const anchors = [...(request.anchors ?? []), ...(await this.files.read(tx.tenantId))];
    let firstBreak = await this.chain.walkTo(tx, walk, toSeq, { enough, anchors });
    const finished = firstBreak === null && walk.lastSeq >= toSeq;
    if (firstBreak === null && toSeq === end.seq && (finished || !enough())) {
      firstBreak = walk.end(end, await this.anchorsBeyondHead(tx, anchors)) ?? (await this.beyondHead(tx));
    }
    const open = firstBreak === null && walk.lastSeq < end.seq;
    return {
      intact: firstBreak === null,
      checked: walk.checked,
      anchors: walk.anchors,
      lastSeq: end.seq,
      firstBreak,
      nextSeq: open ? walk.lastSeq + 1 : null,
    };
  }

  private async requireGenuine(tx: Tx, anchors: readonly AuditAnchor[]): Promise<void> {
    const errors = [];
    for (const [at, anchor] of anchors.entries()) {
      if (anchor.tenant === tx.tenantId && (await this.keys.genuine(anchor))) continue;
      const message = 'the anchor is not signed by a key of ours, or belongs to another tenant';
      errors.push({ path: `anchors.${at}`, code: 'SIGNATURE', message });
    }
    if (errors.length > 0) throw new Refusal(VALIDATION_FAILED, { errors });
  }

  /** What was appended and signed since the walk began is no break: the head is read again, together with the anchors. */
  private async anchorsBeyondHead(tx: Tx, given: readonly AuditAnchor[]): Promise<AuditAnchor[]> {
    const [row] = await tx.query<HeadRow>(READ_HEAD, [tx.tenantId]);
    const stored = await tx.query<CheckpointRow>(CHECKPOINTS_BEYOND_HEAD, [tx.tenantId]);
    const seq = Number(row?.seq ?? 0);
    return [...stored.map(toAnchor), ...given.filter((anchor) => anchor.seq > seq)];
  }

  private async beyondHead(tx: Tx): Promise<Break | null> {
    const [row] = await tx.query<{ record_id: string; seq: string }>(BEYOND_HEAD, [tx.tenantId]);
    if (!row) return null;
    const detail = 'the record stands behind the end of the chain';
    return {
      kind: 'RECORD_INSERTED',
      mismatch: 'head_mismatch',
      seq: Number(row.seq),
      recordId: row.record_id,
      detail,
    };
  }
}
