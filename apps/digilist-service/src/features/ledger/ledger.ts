import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type Entry, requireBalanced } from './domain/entry.js';
import { WRITE_LEDGER } from './ledger.sql.js';

/**
 * The books: append-only, double entry. What was written is never changed; whatever becomes of it is another entry.
 * Written in the transaction of what it is about, at most once for each kind and source.
 */
@Injectable()
export class Ledger {
  write(tx: Tx, entry: Entry): Promise<void> {
    return this.writeAll(tx, [entry]);
  }

  /** The same for many, in one statement. Lines of nothing are left out, and so are entries without lines. */
  async writeAll(tx: Tx, entries: readonly Entry[]): Promise<void> {
    const written = entries
      .map((entry) => ({ ...entry, id: uuidv7(), lines: entry.lines.filter(({ amount }) => amount !== 0) }))
      .filter(({ lines }) => lines.length > 0);
    if (written.length === 0) return;
    for (const entry of written) requireBalanced(entry);
    const lines = written.flatMap(({ id, lines: of }) => of.map((line) => ({ id, ...line })));
    await tx.query(WRITE_LEDGER, [
      tx.tenantId,
      tx.actorId,
      written.map(({ id }) => id),
      written.map(({ orgId }) => orgId),
      written.map(({ kind }) => kind),
      written.map(({ sourceId }) => sourceId),
      written.map(({ currency }) => currency),
      lines.map(({ id }) => id),
      lines.map(({ account }) => account),
      lines.map(({ vatBasisPoints }) => vatBasisPoints ?? null),
      lines.map(({ amount }) => amount),
      lines.map(({ bookingId }) => bookingId ?? null),
    ]);
  }
}
