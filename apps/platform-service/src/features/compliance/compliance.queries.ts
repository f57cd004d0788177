import { FORBIDDEN, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type { AuditLogPage, AuditVerification, ListAuditLogs, VerifyAuditLogs } from '@platform/contracts';
import { ChainKey } from './chain-key.js';
import { toAuditLog, toChained } from './compliance.mapper.js';
import { type AuditLogRow, BEYOND_HEAD, CHAIN_PAGE, HASH_AT, type HeadRow, LIST, READ_HEAD } from './compliance.sql.js';
import { type Break, ChainWalk, GENESIS, NEIGHBOURHOOD } from './domain/chain.js';

const PAGE = 1_000;
/** Behind every id: a walk begins after all records of the number before it. */
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** Of the request's time, kept back for the answer itself. */
const RESERVE_MS = 500;

@Injectable()
export class ComplianceQueries {
  constructor(
    private readonly work: UnitOfWork,
    private readonly chain: ChainKey,
  ) {}

  /** Whoever may read for one organization only sees the records of that one. */
  list(ctx: RequestContext, query: ListAuditLogs): Promise<AuditLogPage> {
    const { keys, fetch } = pageStart(query, ['integer']);
    return this.work.run(ctx, async (tx) => {
      const { action = null, actorId = null, entityType = null, entityId = null } = query;
      const from = query.from === undefined ? null : new Date(query.from);
      const to = query.to === undefined ? null : new Date(query.to);
      const orgIds = tx.reach.tenant ? null : tx.reach.orgIds;
      const values = [tx.tenantId, from, to, action, actorId, entityType, entityId, orgIds, keys?.[0] ?? null, fetch];
      const rows = await tx.query<AuditLogRow>(LIST, values);
      return pageOfRows(query, rows, ({ seq }) => [Number(seq)], toAuditLog);
    });
  }

  /** Walks the chain as far as the request's time allows, and says where to go on. */
  verify(ctx: RequestContext, request: VerifyAuditLogs): Promise<AuditVerification> {
    return this.work.run(ctx, async (tx) => {
      // Part of a chain proves nothing, so a reach over some organizations is not enough.
      if (!tx.reach.tenant) throw new Refusal(FORBIDDEN);
      const [head] = await tx.query<HeadRow>(READ_HEAD, [tx.tenantId]);
      const end = head ? { seq: Number(head.seq), hash: head.hash } : { seq: 0, hash: GENESIS };
      const fromSeq = request.fromSeq ?? 1;
      const toSeq = Math.min(request.toSeq ?? end.seq, end.seq);
      const walk = new ChainWalk(this.chain.key, fromSeq - 1, await this.hashBefore(tx, fromSeq));
      const enough = () => Date.now() > ctx.deadline - RESERVE_MS;
      let firstBreak = await this.walkTo(tx, walk, toSeq, enough);
      const finished = firstBreak === null && walk.lastSeq >= toSeq;
      if (firstBreak === null && toSeq === end.seq && (finished || !enough())) {
        firstBreak = walk.end(end) ?? (await this.beyondHead(tx));
      }
      const open = firstBreak === null && walk.lastSeq < end.seq;
      return {
        intact: firstBreak === null,
        checked: walk.checked,
        lastSeq: end.seq,
        firstBreak,
        nextSeq: open ? walk.lastSeq + 1 : null,
      };
    });
  }

  private async walkTo(tx: Tx, walk: ChainWalk, toSeq: number, enough: () => boolean): Promise<Break | null> {
    let after = { seq: walk.lastSeq, id: LAST_ID };
    while (!enough()) {
      const values = [tx.tenantId, after.seq, after.id, toSeq, PAGE + NEIGHBOURHOOD];
      const rows = await tx.query<AuditLogRow & { id: string }>(CHAIN_PAGE, values);
      const last = rows[Math.min(rows.length, PAGE) - 1];
      if (!last) return null;
      const found = walk.walk(rows.map(toChained), PAGE);
      if (found) return found;
      after = { seq: Number(last.seq), id: last.id };
    }
    return null;
  }

  /** A walk that begins in the middle trusts the record before its beginning. */
  private async hashBefore(tx: Tx, fromSeq: number): Promise<Buffer> {
    if (fromSeq === 1) return GENESIS;
    const [before] = await tx.query<{ hash: Buffer }>(HASH_AT, [tx.tenantId, fromSeq - 1]);
    return before?.hash ?? GENESIS;
  }

  private async beyondHead(tx: Tx): Promise<Break | null> {
    const [row] = await tx.query<{ record_id: string; seq: string }>(BEYOND_HEAD, [tx.tenantId]);
    if (!row) return null;
    const detail = 'the record stands behind the end of the chain';
    return { kind: 'RECORD_INSERTED', seq: Number(row.seq), recordId: row.record_id, detail };
  }
}
