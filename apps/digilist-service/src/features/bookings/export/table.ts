import type { Locale } from '@kit/contracts';
import { stringify } from 'csv-stringify/sync';
import { dateText, minuteFloor, wallTime } from '../../listings/index.js';
import type { ExportRow } from './export.sql.js';

type Heading = Record<Locale, string>;
type Column = [heading: Heading, value: (row: ExportRow) => string | number | null];

const heading = (nb: string, nn: string, en: string): Heading => ({ nb, nn, en });

/** As the clock on the listing's wall shows it, e.g. `2026-12-01 18:00`. */
function local(instant: string, timezone: string): string {
  const { day, minute } = wallTime(timezone, minuteFloor(Date.parse(instant)));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${dateText(day)} ${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** With a decimal comma, as Norwegian spreadsheets read it, e.g. `1200,50`. */
function decimal(amount: number): string {
  const digits = String(Math.abs(amount)).padStart(3, '0');
  return `${amount < 0 ? '-' : ''}${digits.slice(0, -2)},${digits.slice(-2)}`;
}

const COLUMNS: readonly Column[] = [
  [heading('Booking', 'Booking', 'Booking'), ({ id }) => id],
  [heading('Status', 'Status', 'Status'), ({ status }) => status],
  [heading('Utleieobjekt', 'Utleigeobjekt', 'Listing'), ({ listing }) => listing],
  [heading('Sone', 'Sone', 'Zone'), ({ zone }) => zone],
  [heading('Start', 'Start', 'Start'), ({ startsAt, timezone }) => local(startsAt, timezone)],
  [heading('Slutt', 'Slutt', 'End'), ({ endsAt, timezone }) => local(endsAt, timezone)],
  [heading('Tidssone', 'Tidssone', 'Time zone'), ({ timezone }) => timezone],
  [heading('Start (UTC)', 'Start (UTC)', 'Start (UTC)'), ({ startsAt }) => startsAt],
  [heading('Slutt (UTC)', 'Slutt (UTC)', 'End (UTC)'), ({ endsAt }) => endsAt],
  [heading('Antall', 'Tal', 'Quantity'), ({ quantity }) => quantity],
  [heading('Deltakere', 'Deltakarar', 'Attendees'), ({ attendees }) => attendees],
  [heading('Formål', 'Føremål', 'Purpose'), ({ purpose }) => purpose],
  [heading('Booket av', 'Booka av', 'Booked by'), ({ booker }) => booker],
  [heading('E-post', 'E-post', 'Email'), ({ email }) => email],
  [heading('På vegne av', 'På vegner av', 'On behalf of'), ({ behalf }) => behalf],
  [heading('Eier', 'Eigar', 'Owner'), ({ owner }) => owner],
  [heading('Prisgruppe', 'Prisgruppe', 'Pricing group'), ({ pricingGroup }) => pricingGroup],
  [heading('Netto', 'Netto', 'Net'), ({ net }) => decimal(net)],
  [heading('Mva.', 'Mva.', 'VAT'), ({ vat }) => decimal(vat)],
  [heading('Totalt', 'Totalt', 'Total'), ({ total }) => decimal(total)],
  [heading('Valuta', 'Valuta', 'Currency'), ({ currency }) => currency],
  [heading('Serie', 'Serie', 'Series'), ({ recurringBookingId }) => recurringBookingId],
  [heading('Booket (UTC)', 'Booka (UTC)', 'Booked (UTC)'), ({ createdAt }) => createdAt],
];

/**
 * Lines of the table as RFC 4180 has them, but for what spreadsheets in Norway expect: a byte order mark, since they
 * would guess another encoding, and semicolons, since the comma stands in numbers. What a spreadsheet would calculate is
 * written so that it shows it.
 */
export const linesOf = (rows: readonly ExportRow[], locale: Locale, first: boolean): string =>
  stringify(
    rows.map((row) => COLUMNS.map(([, value]) => value(row))),
    {
      bom: first,
      header: first,
      columns: COLUMNS.map(([title]) => ({ key: title[locale], header: title[locale] })),
      delimiter: ';',
      record_delimiter: 'windows',
      escape_formulas: true,
    },
  );
