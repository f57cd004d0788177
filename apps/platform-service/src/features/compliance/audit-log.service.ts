import { type Delivered, type Tx, UnreadableMessage } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { ChainKey } from './chain-key.js';
import { APPEND, type HeadRow, LOCK_HEAD, MOVE_HEAD } from './compliance.sql.js';
import { chained, GENESIS } from './domain/chain.js';
import { type Received, received } from './domain/record.js';

@Injectable()
export class AuditLogService {
  constructor(private readonly chain: ChainKey) {}

  /** Appends what a product reported to the chain of the tenant of `tx`, in the order it was sent. */
  async append(tx: Tx, product: string, messages: readonly Delivered[]): Promise<void> {
    const records = messages.map(({ payload }) => readable(() => received(product, tx.tenantId, payload)));
    const head = await tx.one<HeadRow>(LOCK_HEAD, [tx.tenantId, GENESIS]);
    // Taken under the lock: the order of the chain is the order of time.
    const recordedAt = new Date();
    const links = chained<Received & { recordedAt: Date }>(
      this.chain.key,
      { seq: Number(head.seq), hash: head.hash },
      records.map((record) => ({ ...record, recordedAt })),
    );
    const column = <Value>(read: (link: (typeof links)[number]) => Value): Value[] => links.map(read);
    await tx.query(APPEND, [
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
      column((link) => (link.changes === null ? null : JSON.stringify(link.changes))),
      column((link) => link.orgId),
      column((link) => link.requestId),
      column((link) => link.ip),
      column((link) => link.userAgent),
      column((link) => link.prevHash),
      column((link) => link.hash),
    ]);
    const last = links.at(-1);
    if (last) await tx.query(MOVE_HEAD, [tx.tenantId, last.seq, last.hash]);
  }
}

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UnreadableMessage((error as Error).message);
  }
}
