import type { Locale } from '@kit/contracts';
import { type Column, csvOf, decimal, heading } from '../../../csv.js';
import { dateText, minuteFloor, wallTime } from '../../listings/index.js';
import type { ExportRow } from './export.sql.js';

/** As the clock on the listing's wall shows it, e.g. `2026-12-01 18:00`. */
function local(instant: string, timezone: string): string {
  const { day, minute } = wallTime(timezone, minuteFloor(Date.parse(instant)));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${dateText(day)} ${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

const COLUMNS: readonly Column<ExportRow>[] = [
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

export const linesOf = (rows: readonly ExportRow[], locale: Locale, first: boolean): string =>
  csvOf(COLUMNS, rows, locale, first);
