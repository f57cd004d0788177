import type { AttendanceRow, CancellationRow, IncomeRow, ReportExport, ReportQuery } from '@digilist/contracts';
import { type Chunk, cursorOf, type Locale, money, type Page } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, type Statement, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { type Column, csvOf } from '../../csv.js';
import { ATTENDANCE, CANCELLATIONS, INCOME } from './figures.sql.js';
import { csvName, requireDays } from './report.js';
import { COLUMNS } from './tables.js';

const ROWS_PER_PIECE = 1_000;

interface Figures extends Record<string, unknown> {
  key: string;
}

/** A report that one statement answers. */
interface Report<Row> {
  readonly fileName: string;
  readonly statement: Statement;
  readonly columns: (locale: Locale) => readonly Column<Row>[];
  readonly rowOf: (figures: Figures) => Row;
}

const SUMS = ['net', 'vat', 'refunded', 'outstanding'] as const;

const withoutKey = ({ key: _key, ...row }: Figures) => row;

export const REPORTS = {
  income: {
    fileName: 'inntekter',
    statement: INCOME,
    columns: COLUMNS.income,
    rowOf: (figures): IncomeRow => {
      const { currency, ...row } = withoutKey(figures);
      const sums = SUMS.map((name) => [name, money(row[name] as number, currency as string)]);
      return { ...row, ...Object.fromEntries(sums) } as IncomeRow;
    },
  } satisfies Report<IncomeRow>,
  attendance: {
    fileName: 'oppmote',
    statement: ATTENDANCE,
    columns: COLUMNS.attendance,
    rowOf: (figures) => withoutKey(figures) as unknown as AttendanceRow,
  } satisfies Report<AttendanceRow>,
  cancellations: {
    fileName: 'avbestillinger',
    statement: CANCELLATIONS,
    columns: COLUMNS.cancellations,
    rowOf: (figures) => withoutKey(figures) as unknown as CancellationRow,
  } satisfies Report<CancellationRow>,
};

/** Figures without names, as JSON and as a table; both from the same statement. */
@Injectable()
export class FiguresService {
  constructor(private readonly work: UnitOfWork) {}

  read<Row>(ctx: RequestContext, report: Report<Row>, request: ReportQuery): Promise<Page<Row>> {
    const { keys, fetch } = pageStart(request, ['text']);
    requireDays(request);
    return this.work.run(ctx, async (tx) => {
      const rows = await this.rows(tx, report, request, keys?.[0] ?? null, fetch);
      return pageOfRows(request, rows, ({ key }) => [key], report.rowOf);
    });
  }

  export<Row>(ctx: RequestContext, report: Report<Row>, request: ReportExport): Promise<Chunk> {
    const { cursor } = request;
    const { keys } = pageStart({ ...(cursor !== undefined && { cursor }) }, ['text']);
    requireDays(request);
    return this.work.run(ctx, async (tx) => {
      const rows = await this.rows(tx, report, request, keys?.[0] ?? null, ROWS_PER_PIECE + 1);
      const shown = rows.slice(0, ROWS_PER_PIECE);
      const last = rows.length > ROWS_PER_PIECE ? shown.at(-1) : undefined;
      return {
        content: csvOf(report.columns(ctx.locale), shown.map(report.rowOf), ctx.locale, cursor === undefined),
        encoding: 'utf8',
        contentType: 'text/csv; charset=utf-8',
        fileName: csvName(report.fileName, request),
        next: last ? cursorOf(last.key) : null,
      };
    });
  }

  private rows<Row>(
    tx: Tx,
    { statement }: Report<Row>,
    { from, to, listingId }: { from: string; to: string; listingId?: string },
    after: string | number | null,
    limit: number,
  ): Promise<Figures[]> {
    return tx.query<Figures>(statement, [
      tx.tenantId,
      tx.reach.tenant,
      tx.reach.orgIds,
      listingId ?? null,
      from,
      to,
      after,
      limit,
    ]);
  }
}
