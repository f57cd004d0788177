import {
  Chunk,
  Id,
  ListOf,
  LocalDate,
  Money,
  Nested,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Text,
  Whole,
} from '@kit/contracts';
import { INVALID_INTERVAL } from './calendar.errors.js';
import { operation } from './context.js';
import { LocalizedName } from './listings.text.js';

const READ = { access: permission('digilist.report.read'), module: 'digilist.analytics' } as const;

export const MAX_REPORT_DAYS = 400;

/** Days by the clock of each listing. */
export class ReportQuery extends PageQuery {
  @LocalDate({ description: 'First day', example: '2026-11-01' })
  from: string;

  @LocalDate({
    description: `The day after the last one; at most ${MAX_REPORT_DAYS} days later`,
    example: '2026-12-01',
  })
  to: string;

  @Id({ optional: true })
  listingId?: string;
}

export class ReportExport {
  @LocalDate({ description: 'First day', example: '2026-11-01' })
  from: string;

  @LocalDate({
    description: `The day after the last one; at most ${MAX_REPORT_DAYS} days later`,
    example: '2026-12-01',
  })
  to: string;

  @Id({ optional: true })
  listingId?: string;

  @Text({ max: 500, optional: true, description: 'Set by the edge for the pieces after the first' })
  cursor?: string;
}

// ---- How much the places are used

export const UTILISATION_STEPS = ['day', 'week', 'month'] as const;
export type UtilisationStep = (typeof UTILISATION_STEPS)[number];

/** Minutes of open time; where a zone counts what it lends, minutes times how many. open = booked + requested + blocked + free. */
export class UsedTime {
  @Whole({ min: 0, description: 'By the opening hours as they are now, without what they close' })
  open: number;

  @Whole({ min: 0, description: 'Taken by bookings that were agreed, whatever became of them in the end' })
  booked: number;

  @Whole({ min: 0, description: 'Taken by bookings that nobody has decided on or paid for yet' })
  requested: number;

  @Whole({ min: 0, description: 'Closed, kept for maintenance or for a season' })
  blocked: number;

  @Whole({ min: 0 })
  free: number;

  @Whole({ min: 0, description: 'Of what was booked: completed' })
  used: number;

  @Whole({ min: 0, description: 'Booked, but nobody came' })
  noShow: number;

  @Whole({ min: 0, description: 'Booked outside of the opening hours; in none of the others' })
  outside: number;

  @Whole({ min: 0, description: 'Asked for by booking and refused: each person and time once, also when they overlap' })
  demandRefused: number;
}

export class UtilisationPeriod extends UsedTime {
  @LocalDate({ description: 'Its first day' })
  from: string;
}

export class ZoneUtilisation {
  @Id()
  zoneId: string;

  @Nested(() => LocalizedName)
  name: LocalizedName;

  @ListOf(() => UtilisationPeriod, { max: MAX_REPORT_DAYS + 1 })
  periods: UtilisationPeriod[];
}

export class ListingUtilisation {
  @Id()
  listingId: string;

  @Nested(() => LocalizedName)
  name: LocalizedName;

  @Text()
  timezone: string;

  @ListOf(() => ZoneUtilisation, { max: 1000 })
  zones: ZoneUtilisation[];
}

export class UtilisationPage extends pageOf(ListingUtilisation) {}

export class ReadUtilisation extends ReportQuery {
  @OneOf(UTILISATION_STEPS, { optional: true, description: 'month unless told; the first and last may be cut' })
  step?: UtilisationStep;
}

export class ExportUtilisation extends ReportExport {
  @OneOf(UTILISATION_STEPS, { optional: true, description: 'month unless told' })
  step?: UtilisationStep;
}

export const readUtilisation = operation({
  ...READ,
  id: 'readUtilisation',
  subject: 'report.utilisation.v1',
  summary: 'How much of the open time of each zone was booked, used, blocked and free, by day, week or month',
  http: { method: 'GET', path: '/reports/utilisation' },
  request: ReadUtilisation,
  response: UtilisationPage,
  errors: [INVALID_INTERVAL],
});

export const exportUtilisation = operation({
  ...READ,
  id: 'exportUtilisation',
  subject: 'report.utilisation-export.v1',
  summary: 'The same as a table for spreadsheets (CSV)',
  http: { method: 'GET', path: '/reports/utilisation.csv', answers: 'chunks' },
  request: ExportUtilisation,
  response: Chunk,
  errors: [INVALID_INTERVAL],
});

export class PeakHour {
  @Whole({ min: 1, max: 7, description: '1 is Monday' })
  weekday: number;

  @Whole({ min: 0, max: 23 })
  hour: number;

  @Whole({ min: 0, description: 'Minutes open, of all the zones that have no parts' })
  open: number;

  @Whole({ min: 0 })
  booked: number;
}

export class PeakTimes {
  @ListOf(() => PeakHour, { max: 168, description: 'Every hour of the week in which something was open, in order' })
  data: PeakHour[];
}

export class ReadPeakTimes {
  @LocalDate({ description: 'First day', example: '2026-11-01' })
  from: string;

  @LocalDate({ description: 'The day after the last one; at most 100 days later', example: '2026-12-01' })
  to: string;

  @Id({ optional: true })
  listingId?: string;
}

export const readPeakTimes = operation({
  ...READ,
  id: 'readPeakTimes',
  subject: 'report.peak-times.v1',
  summary: 'At which hours of the week the places are open and booked',
  http: { method: 'GET', path: '/reports/peak-times' },
  request: ReadPeakTimes,
  response: PeakTimes,
  errors: [INVALID_INTERVAL],
});

// ---- Money

/** As the books have it: by the day of the entry, in the time zone of the tenant. */
export class IncomeRow {
  @LocalDate({ description: 'First day of the month' })
  month: string;

  @Id({ nullable: true, description: 'Null: of no single booking' })
  listingId: string | null;

  @Nested(() => LocalizedName, { nullable: true })
  listing: LocalizedName | null;

  @Text({ nullable: true, description: 'Key of the pricing group' })
  group: string | null;

  @Whole({ nullable: true, min: 0, max: 10_000, description: 'Rate of VAT in hundredths of a percent; null: no sale' })
  vatBasisPoints: number | null;

  @Nested(() => Money, { description: 'Sales without VAT, less what was given back' })
  net: Money;

  @Nested(() => Money)
  vat: Money;

  @Nested(() => Money, { description: 'Of it taken back: refunds and credit notes, VAT included' })
  refunded: Money;

  @Nested(() => Money, { description: 'Change of what is owed on invoices' })
  outstanding: Money;
}

export class IncomePage extends pageOf(IncomeRow) {}

export const readIncome = operation({
  ...READ,
  id: 'readIncome',
  subject: 'report.income.v1',
  summary: 'Income by month, listing, pricing group and rate of VAT, from the ledger',
  http: { method: 'GET', path: '/reports/income' },
  request: ReportQuery,
  response: IncomePage,
  errors: [INVALID_INTERVAL],
});

export const exportIncome = operation({
  ...READ,
  id: 'exportIncome',
  subject: 'report.income-export.v1',
  summary: 'The same as a table for spreadsheets (CSV)',
  http: { method: 'GET', path: '/reports/income.csv', answers: 'chunks' },
  request: ReportExport,
  response: Chunk,
  errors: [INVALID_INTERVAL],
});

// ---- Who books, who comes, who cancels: by group, never by name

export class AttendanceRow {
  @Id()
  listingId: string;

  @Nested(() => LocalizedName)
  listing: LocalizedName;

  @Text({ description: 'Key of the pricing group' })
  group: string;

  @Whole({ min: 0, description: 'Bookings that were agreed and begin in the period' })
  bookings: number;

  @Whole({ min: 0, description: 'What they last' })
  minutes: number;

  @Whole({ min: 0 })
  completed: number;

  @Whole({ min: 0 })
  noShows: number;
}

export class AttendancePage extends pageOf(AttendanceRow) {}

export const readAttendance = operation({
  ...READ,
  id: 'readAttendance',
  subject: 'report.attendance.v1',
  summary: 'Bookings, their time, and no-shows by listing and pricing group',
  http: { method: 'GET', path: '/reports/attendance' },
  request: ReportQuery,
  response: AttendancePage,
  errors: [INVALID_INTERVAL],
});

export const exportAttendance = operation({
  ...READ,
  id: 'exportAttendance',
  subject: 'report.attendance-export.v1',
  summary: 'The same as a table for spreadsheets (CSV)',
  http: { method: 'GET', path: '/reports/attendance.csv', answers: 'chunks' },
  request: ReportExport,
  response: Chunk,
  errors: [INVALID_INTERVAL],
});

export const CANCELLATION_CAUSES = ['booker', 'municipality', 'rejected', 'expired'] as const;
export const LEAD_TIMES = ['under_24h', '24h_to_72h', '72h_to_168h', 'over_168h'] as const;

export class CancellationRow {
  @Id()
  listingId: string;

  @Nested(() => LocalizedName)
  listing: LocalizedName;

  @OneOf(CANCELLATION_CAUSES)
  cause: (typeof CANCELLATION_CAUSES)[number];

  @OneOf(LEAD_TIMES, { description: 'Hours from the cancellation to the start' })
  leadTime: (typeof LEAD_TIMES)[number];

  @Whole({ min: 1, description: 'Bookings of the period that ended so' })
  bookings: number;

  @Whole({ min: 0, description: 'What they would have lasted' })
  minutes: number;
}

export class CancellationPage extends pageOf(CancellationRow) {}

export const readCancellations = operation({
  ...READ,
  id: 'readCancellations',
  subject: 'report.cancellations.v1',
  summary: 'Bookings that came to nothing, by listing, cause and how long before their start',
  http: { method: 'GET', path: '/reports/cancellations' },
  request: ReportQuery,
  response: CancellationPage,
  errors: [INVALID_INTERVAL],
});

export const exportCancellations = operation({
  ...READ,
  id: 'exportCancellations',
  subject: 'report.cancellations-export.v1',
  summary: 'The same as a table for spreadsheets (CSV)',
  http: { method: 'GET', path: '/reports/cancellations.csv', answers: 'chunks' },
  request: ReportExport,
  response: Chunk,
  errors: [INVALID_INTERVAL],
});

export const reportOperations = [
  readUtilisation,
  exportUtilisation,
  readPeakTimes,
  readIncome,
  exportIncome,
  readAttendance,
  exportAttendance,
  readCancellations,
  exportCancellations,
] as const;
