import { Flag, Id, Instant, Json, ListOf, LocalDate, Money, Nested, OneOf, Text, Whole } from '@kit/contracts';
import { BOOKING_STATUSES, type BookingStatus } from './bookings.js';

export const OCCURRENCE_OUTCOMES = ['free', 'placed', 'conflict', 'rule', 'local_time', 'skipped'] as const;
export type OccurrenceOutcome = (typeof OCCURRENCE_OUTCOMES)[number];

export const OCCURRENCE_CHANGES = ['place', 'move', 'update', 'cancel', 'keep'] as const;
export type OccurrenceChange = (typeof OCCURRENCE_CHANGES)[number];

export class OccurrenceReason {
  @Text({
    max: 60,
    description: 'SLOT_CONFLICT, RULE_VIOLATION, AMBIGUOUS_LOCAL_TIME … as a single booking would be refused',
    example: 'SLOT_CONFLICT',
  })
  code: string;

  @Text({ max: 60, nullable: true, description: 'Which rule, of a RULE_VIOLATION', example: 'OUTSIDE_OPENING_HOURS' })
  rule: string | null;

  @Text({ max: 1000 })
  message: string;

  @Json({ description: 'What a program can act on, e.g. the candidates of an ambiguous time' })
  details: Record<string, unknown>;
}

export class OccurrenceAlternative {
  @Id()
  zoneId: string;

  @Instant()
  startsAt: string;

  @Instant()
  endsAt: string;
}

export class Occurrence {
  @LocalDate({ description: 'Date of the series, also where the booking was moved away from it' })
  date: string;

  @Instant({ nullable: true, description: 'null: the clock of that day gives no single answer' })
  startsAt: string | null;

  @Instant({ nullable: true })
  endsAt: string | null;

  @OneOf(OCCURRENCE_OUTCOMES, {
    description: 'free: only planned; placed: there is a booking; skipped: left out on purpose; else why there is none',
  })
  outcome: OccurrenceOutcome;

  @OneOf(OCCURRENCE_CHANGES, { nullable: true, description: 'What the request does to it; null: nothing was asked' })
  change: OccurrenceChange | null;

  @ListOf(() => OccurrenceReason, { max: 20 })
  reasons: OccurrenceReason[];

  @ListOf(() => OccurrenceAlternative, {
    max: 6,
    description: 'Free on the same date: other zones of the listing, then other times',
  })
  alternatives: OccurrenceAlternative[];

  @Nested(() => Money, { nullable: true, description: 'To pay for this one, VAT included' })
  price: Money | null;

  @Id({ nullable: true })
  bookingId: string | null;

  @OneOf(BOOKING_STATUSES, { nullable: true })
  bookingStatus: BookingStatus | null;

  @Flag({ description: 'Changed by itself: changes of the series leave it alone' })
  overridden: boolean;
}

export class OccurrenceTotals {
  @Whole({ min: 0, description: 'All of them; the sum of the six below' })
  occurrences: number;

  @Whole({ min: 0 })
  free: number;

  @Whole({ min: 0 })
  placed: number;

  @Whole({ min: 0 })
  conflict: number;

  @Whole({ min: 0 })
  rule: number;

  @Whole({ min: 0 })
  localTime: number;

  @Whole({ min: 0 })
  skipped: number;

  @Nested(() => Money, { description: 'To pay for those that are free or hold their time' })
  price: Money;
}
