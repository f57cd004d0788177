import { holders, Id, Ids, LocalDate, LocalDates, OneOf, Text } from '@kit/contracts';
import { event } from './context.js';
import { SERIES_STATUSES, type SeriesStatus } from './recurring.js';

/** What every fact about a series tells. Each of its bookings tells its own facts besides. */
export class RecurringBookingFact {
  @Id()
  recurringBookingId: string;

  @OneOf(SERIES_STATUSES, { description: 'Status after the fact', example: 'active' })
  status: SeriesStatus;

  @Id()
  listingId: string;

  @Id()
  zoneId: string;

  @Id({ description: 'Organization that owns the listing' })
  orgId: string;

  @Id({ description: 'Who booked' })
  userId: string;

  @Id({ nullable: true })
  onBehalfOfOrgId: string | null;

  @Id({ nullable: true, description: 'The series that this one goes on with' })
  continues: string | null;

  @Text({ max: 500, example: 'FREQ=WEEKLY;BYDAY=TU;COUNT=10' })
  rule: string;

  @LocalDate()
  firstDate: string;

  @LocalDate()
  lastDate: string;

  @LocalDates({ description: 'Dates without a booking: left out, or not to be had' })
  skippedDates: string[];

  @Ids({ max: 1000, description: 'Bookings that were placed, moved, changed or cancelled by it' })
  bookingIds: string[];
}

const aggregate = 'recurring-booking';
const told = {
  data: RecurringBookingFact,
  audience: ({ orgId, onBehalfOfOrgId, userId }: RecurringBookingFact) =>
    holders('digilist.recurring-booking.read', { orgs: [orgId, onBehalfOfOrgId], owner: userId }),
};

export const recurringBookingCreated = event({
  aggregate,
  fact: 'created',
  summary: 'A series was booked; also where a change made a series of what follows',
  ...told,
});
export const recurringBookingChanged = event({
  aggregate,
  fact: 'changed',
  summary: 'Dates of a series were changed, added, or handed to the series that continues it',
  ...told,
});
export const recurringBookingCancelled = event({
  aggregate,
  fact: 'cancelled',
  summary: 'All dates of a series that had not begun, or those from a date on, were cancelled',
  ...told,
});

export const recurringEvents = [recurringBookingCreated, recurringBookingChanged, recurringBookingCancelled] as const;
