import type { Locale } from '@kit/contracts';
import { stringify } from 'csv-stringify/sync';

export type Heading = Record<Locale, string>;
export type Column<Row> = readonly [heading: Heading, value: (row: Row) => string | number | null];

export const heading = (nb: string, nn: string, en: string): Heading => ({ nb, nn, en });

/** Minor units with a decimal comma, as Norwegian spreadsheets read it, e.g. `1200,50`. */
export function decimal(amount: number): string {
  const digits = String(Math.abs(amount)).padStart(3, '0');
  return `${amount < 0 ? '-' : ''}${digits.slice(0, -2)},${digits.slice(-2)}`;
}

/**
 * Lines of a table as RFC 4180 has them, but for what spreadsheets in Norway expect: a byte order mark, since they
 * would guess another encoding, and semicolons, since the comma stands in numbers. What a spreadsheet would calculate is
 * written so that it shows it.
 */
export const csvOf = <Row>(columns: readonly Column<Row>[], rows: readonly Row[], locale: Locale, first: boolean) =>
  stringify(
    rows.map((row) => columns.map(([, value]) => value(row))),
    {
      bom: first,
      header: first,
      columns: columns.map(([title]) => ({ key: title[locale], header: title[locale] })),
      delimiter: ';',
      record_delimiter: 'windows',
      escape_formulas: true,
    },
  );
