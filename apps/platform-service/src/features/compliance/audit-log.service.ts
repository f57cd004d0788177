import { type Delivered, type Tx, UnreadableMessage } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { Anchors, headOf } from './anchors.js';
import { ChainKey } from './chain-key.js';
import { APPEND, type HeadRow, LOCK_HEAD, MOVE_HEAD } from './compliance.sql.js';
import { chained, GENESIS } from './domain/chain.js';
import { received } from './domain/record.js';
import { PersonalData } from './personal-data.js';

@Injectable()
export class AuditLogService {
  constructor(
    private readonly chain: ChainKey,
    private readonly anchors: Anchors,
    private readonly personalData: PersonalData,
  ) {}

  /** Appends what a product reported to the chain of the tenant of `tx`, in the order it was sent. */
  async append(tx: Tx, product: string, messages: readonly Delivered[]): Promise<void> {
    const records = messages.map(({ payload }) => readable(() => received(product, tx.tenantId, payload)));
    // Before the head is locked: others need not wait for keys.
    const personal = await this.personalData.sealed(tx, records);
    const row = await tx.one<HeadRow>(LOCK_HEAD, [tx.tenantId, GENESIS]);
    // Taken under the lock, and never before the one in front of it: the order of the chain is the order of time.
    const now = new Date(Math.max(Date.now(), row.recorded_at.getTime()));
    const recordedAt = now.toISOString();
    const links = chained(
      this.chain.key,
      headOf(row),
      records.map((record, at) => ({
        ...record,
        format: 3 as const,
        recordedAt,
        ip: null,
        userAgent: null,
        personal: personal[at] ?? null,
      })),
    );
    const last = links.at(-1);
    if (!last) return;
    const column = <Value>(read: (link: (typeof links)[number]) => Value): Value[] => links.map(read);
    const { seq, hash } = last;
    const publicHash = last.publicHash ?? GENESIS;
    const before = { seq: Number(row.anchored_seq), at: row.anchored_at };
    const anchored = await this.anchors.afterAppend(tx, { seq, hash, publicHash }, before, now);
    const appended = tx.query(APPEND, [
      tx.tenantId,
      recordedAt,
      column((link) => link.seq),
      column((link) => link.id),
      column((link) => link.product),
      column((link) => link.occurredAt),
      column((link) => link.actorKind),
      column((link) => link.actorId),
      column((link) => link.impersonatorId),
      column((link) => link.action),
      column((link) => link.entityType),
      column((link) => link.entityId),
      column((link) => link.outcome),
      column((link) => link.reason),
      column((link) => jsonOf(link.changes)),
      column((link) => link.orgId),
      column((link) => link.requestId),
      column((link) => jsonOf(link.personal)),
      column((link) => link.traceId),
      column((link) => link.sessionId),
      column((link) => link.prevHash),
      column((link) => link.hash),
      column((link) => link.publicHash),
    ]);
    const moved = tx.query(MOVE_HEAD, [tx.tenantId, seq, hash, publicHash, now, anchored.seq, anchored.at]);
    await Promise.all([appended, moved]);
  }
}

const jsonOf = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UnreadableMessage((error as Error).message);
  }
}
