import type { Locale } from '@kit/contracts';
import { stringify } from 'csv-stringify/sync';

export type Heading = Record<Locale, string>;
/** A bigint is hundredths, and is written with a decimal comma. */
export type Column<Row> = readonly [heading: Heading, value: (row: Row) => string | number | bigint | null];

export const heading = (nb: string, nn: string, en: string): Heading => ({ nb, nn, en });

/** An amount in minor units, as a cell. */
export const decimal = (amount: number): bigint => BigInt(amount);

/** As Norwegian spreadsheets read it, e.g. `1200,50`. */
function withComma(hundredths: bigint): string {
  const digits = String(hundredths < 0n ? -hundredths : hundredths).padStart(3, '0');
  return `${hundredths < 0n ? '-' : ''}${digits.slice(0, -2)},${digits.slice(-2)}`;
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
      cast: { bigint: withComma },
    },
  );
