import type { ExportBookings } from '@digilist/contracts';
import { type Chunk, cursorOf } from '@kit/contracts';
import { pageStart, type RequestContext, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { filterOf } from '../bookings.queries.js';
import { type ExportRow, exportStatement } from './export.sql.js';
import { linesOf } from './table.js';

/** Of the longest lines there can be this many fit into a piece. */
const ROWS = 200;

/** Bookings as a table, piece by piece. Each piece leaves a trace of its own: it is a read of personal data. */
@Injectable()
export class ExportService {
  constructor(private readonly work: UnitOfWork) {}

  read(ctx: RequestContext, { cursor, ...filter }: ExportBookings): Promise<Chunk> {
    const { keys } = pageStart({ ...(cursor !== undefined && { cursor }) }, ['uuid']);
    const beforeId = (keys?.[0] as string | undefined) ?? null;
    return this.work.run(ctx, async (tx) => {
      const asked = exportStatement(filterOf(tx, filter, userOf(ctx).userId), ctx.locale, beforeId, ROWS + 1);
      const rows = await tx.query<ExportRow>(asked.statement, asked.values);
      const shown = rows.slice(0, ROWS);
      const last = rows.length > ROWS ? shown.at(-1) : undefined;
      tx.audit({
        action: 'digilist.booking.export',
        entity: { type: 'tenant', id: tx.tenantId },
        changes: { filter, rows: shown.length, continued: beforeId !== null },
      });
      return {
        content: linesOf(shown, ctx.locale, beforeId === null),
        encoding: 'utf8',
        contentType: 'text/csv; charset=utf-8',
        fileName: `bookinger-${tx.now.toISOString().slice(0, 10)}.csv`,
        next: last ? cursorOf(last.id) : null,
      };
    });
  }
}
