import type { AttendanceRow, CancellationRow, IncomeRow, LocalizedName, UsedTime } from '@digilist/contracts';
import type { Locale } from '@kit/contracts';
import { type Column, csvOf, decimal, heading } from '../../csv.js';

export interface UtilisationLine extends UsedTime {
  listing: string;
  zone: string;
  from: string;
}

const LISTING = heading('Utleieobjekt', 'Utleigeobjekt', 'Listing');
const GROUP = heading('Prisgruppe', 'Prisgruppe', 'Pricing group');
const BOOKINGS = heading('Bookinger', 'Bookingar', 'Bookings');
const MINUTES = heading('Minutter', 'Minutt', 'Minutes');

const UTILISATION: readonly Column<UtilisationLine>[] = [
  [LISTING, ({ listing }) => listing],
  [heading('Sone', 'Sone', 'Zone'), ({ zone }) => zone],
  [heading('Fra', 'Frå', 'From'), ({ from }) => from],
  [heading('Åpent (min)', 'Ope (min)', 'Open (min)'), ({ open }) => open],
  [heading('Booket (min)', 'Booka (min)', 'Booked (min)'), ({ booked }) => booked],
  [heading('Omsøkt (min)', 'Omsøkt (min)', 'Requested (min)'), ({ requested }) => requested],
  [heading('Sperret (min)', 'Sperra (min)', 'Blocked (min)'), ({ blocked }) => blocked],
  [heading('Ledig (min)', 'Ledig (min)', 'Free (min)'), ({ free }) => free],
  [heading('Brukt (min)', 'Brukt (min)', 'Used (min)'), ({ used }) => used],
  [heading('Ikke møtt (min)', 'Ikkje møtt (min)', 'No-show (min)'), ({ noShow }) => noShow],
  [heading('Utenom åpningstid (min)', 'Utanom opningstid (min)', 'Outside (min)'), ({ outside }) => outside],
  [
    heading('Avvist etterspørsel (min)', 'Avvist etterspurnad (min)', 'Demand refused (min)'),
    ({ demandRefused }) => demandRefused,
  ],
];

export const utilisationLines = (rows: readonly UtilisationLine[], locale: Locale, first: boolean): string =>
  csvOf(UTILISATION, rows, locale, first);

const named = (name: LocalizedName | null, locale: Locale): string | null => name && (name[locale] ?? name.nb);

const income = (locale: Locale): Column<IncomeRow>[] => [
  [heading('Måned', 'Månad', 'Month'), ({ month }) => month],
  [LISTING, ({ listing }) => named(listing, locale)],
  [GROUP, ({ group }) => group],
  [
    heading('Mva.-sats (%)', 'Mva.-sats (%)', 'VAT rate (%)'),
    ({ vatBasisPoints: rate }) => (rate === null ? null : decimal(rate)),
  ],
  [heading('Netto', 'Netto', 'Net'), ({ net }) => decimal(net.amount)],
  [heading('Mva.', 'Mva.', 'VAT'), ({ vat }) => decimal(vat.amount)],
  [heading('Tilbakeført', 'Tilbakeført', 'Taken back'), ({ refunded }) => decimal(refunded.amount)],
  [heading('Utestående', 'Uteståande', 'Outstanding'), ({ outstanding }) => decimal(outstanding.amount)],
  [heading('Valuta', 'Valuta', 'Currency'), ({ net }) => net.currency],
];

const attendance = (locale: Locale): Column<AttendanceRow>[] => [
  [LISTING, ({ listing }) => named(listing, locale)],
  [GROUP, ({ group }) => group],
  [BOOKINGS, ({ bookings }) => bookings],
  [MINUTES, ({ minutes }) => minutes],
  [heading('Gjennomført', 'Gjennomført', 'Completed'), ({ completed }) => completed],
  [heading('Ikke møtt', 'Ikkje møtt', 'No-shows'), ({ noShows }) => noShows],
];

const cancellations = (locale: Locale): Column<CancellationRow>[] => [
  [LISTING, ({ listing }) => named(listing, locale)],
  [heading('Årsak', 'Årsak', 'Cause'), ({ cause }) => cause],
  [heading('Varsel', 'Varsel', 'Lead time'), ({ leadTime }) => leadTime],
  [BOOKINGS, ({ bookings }) => bookings],
  [MINUTES, ({ minutes }) => minutes],
];

/** The columns of a report, in a language. */
export const COLUMNS = { income, attendance, cancellations };
