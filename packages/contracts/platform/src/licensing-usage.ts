import {
  Flag,
  Id,
  Instant,
  internal,
  LICENSED_ERRORS,
  LIMIT_EXCEEDED,
  ListOf,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Text,
  Whole,
} from '@kit/contracts';
import { operation } from './context.js';
import { METER_PERIOD_INVALID, METER_UNKNOWN, RESERVATION_CLOSED, RETURN_INVALID } from './licensing.errors.js';
import { PRODUCT_MISMATCH } from './products.errors.js';
import { METER_PERIODS, type MeterPeriod } from './products.js';

export class UsageThreshold {
  @Whole({ min: 1, max: 100, description: 'Per cent of the limit' })
  threshold: number;

  @Flag({ description: 'It was reached in this period, and told' })
  reached: boolean;
}

export class Usage {
  @Text({ max: 80, example: 'acme.exports' })
  meter: string;

  @Text({ max: 80, example: 'acme.reports' })
  module: string;

  @OneOf(METER_PERIODS)
  period: MeterPeriod;

  @Text({ max: 10, description: 'The period that runs now, by the local time of the tenant', example: '2026-12' })
  periodKey: string;

  @Whole({ min: 0, nullable: true, description: 'null is unlimited' })
  limit: number | null;

  @Whole({ min: 0, description: 'Counted or granted in blocks so far, reservations included' })
  used: number;

  @Whole({ min: 0, description: 'Of it only reserved' })
  reserved: number;

  @Whole({ min: 0, nullable: true })
  remaining: number | null;

  @Instant({ nullable: true, description: 'null: never starts again' })
  resetsAt: string | null;

  @Flag({ description: 'More is used than the limit allows: it fell. Nothing is deleted' })
  overLimit: boolean;

  @Instant({ nullable: true, description: 'Until then the former limit still holds; then nothing more is granted' })
  graceUntil: string | null;

  @ListOf(() => UsageThreshold, { max: 10 })
  thresholds: UsageThreshold[];
}

export class UsagePage extends pageOf(Usage) {}

export class ListUsagePeriods extends PageQuery {
  @Text({ min: 3, max: 80, example: 'acme.exports' })
  meter: string;
}

export class UsagePeriod {
  @Text({ max: 10, example: '2026-12' })
  period: string;

  @Whole({ min: 0 })
  used: number;

  @Whole({ min: 0, max: 100, description: 'The highest threshold that was reached, per cent' })
  threshold: number;
}

export class UsagePeriodPage extends pageOf(UsagePeriod) {}

export class LeaseUsage {
  @Id()
  tenantId: string;

  @Text({ min: 3, max: 80, example: 'acme.exports' })
  meter: string;

  @Text({ max: 10, optional: true, description: 'The running period unless told', example: '2026-12' })
  period?: string;

  @Whole({ min: 1, max: 100_000, description: 'Wanted; less is granted when less is left', example: 50 })
  amount: number;
}

export class UsageLease {
  @Text({ max: 80, example: 'acme.exports' })
  meter: string;

  @Text({ max: 10, example: '2026-12' })
  period: string;

  @Flag()
  unlimited: boolean;

  @Whole({ min: 0, description: 'The block that now belongs to the product; 0 when unlimited' })
  granted: number;

  @Whole({ min: 0, nullable: true })
  limit: number | null;

  @Whole({ min: 0 })
  used: number;

  @Instant({ nullable: true, description: 'End of the period; what is left of the block ends with it' })
  resetsAt: string | null;
}

export class ReturnLease {
  @Id()
  tenantId: string;

  @Text({ min: 3, max: 80, example: 'acme.exports' })
  meter: string;

  @Text({ min: 4, max: 10, example: '2026-12' })
  period: string;

  @Whole({ min: 1, description: 'Of all blocks of the period, in all: saying it again changes nothing' })
  returned: number;
}

export class ReturnedLease {
  @Whole({ min: 0, description: 'What this request gave back' })
  amount: number;

  @Whole({ min: 0 })
  used: number;
}

export class ConsumeUsage {
  @Id()
  tenantId: string;

  @Text({ min: 3, max: 80, example: 'acme.exports' })
  meter: string;

  @Whole({ min: 1, max: 100_000, example: 1 })
  amount: number;

  @Text({ min: 1, max: 150, description: 'The same event counts once, in whichever period it comes again' })
  eventId: string;
}

export class CountedUsage {
  @Text({ max: 80, example: 'acme.exports' })
  meter: string;

  @Text({ max: 10, example: '2026-12' })
  period: string;

  @Whole({ min: 0, nullable: true })
  limit: number | null;

  @Whole({ min: 0 })
  used: number;

  @Instant({ nullable: true })
  resetsAt: string | null;

  @Flag({ description: 'The event had been counted before' })
  repeated: boolean;
}

export class ReserveUsage extends ConsumeUsage {
  @Whole({
    min: 1,
    max: 86_400,
    optional: true,
    description: 'Seconds after which it returns by itself; 300 unless told',
  })
  ttlSeconds?: number;
}

export const RESERVATION_STATUSES = ['open', 'committed', 'released', 'expired'] as const;
export type ReservationStatus = (typeof RESERVATION_STATUSES)[number];

export class UsageReservation {
  @Id()
  id: string;

  @Text({ max: 80, example: 'acme.exports' })
  meter: string;

  @Text({ max: 10, example: '2026-12' })
  period: string;

  @Whole({ min: 1 })
  amount: number;

  @Whole({ min: 0, nullable: true })
  committed: number | null;

  @OneOf(RESERVATION_STATUSES)
  status: ReservationStatus;

  @Instant()
  expiresAt: string;

  @Whole({ min: 0, description: 'Used of the meter in its period, this included' })
  used: number;
}

export class OfReservation {
  @Id()
  tenantId: string;

  @Id()
  id: string;
}

export class CommitUsage extends OfReservation {
  @Whole({ min: 0, max: 100_000, optional: true, description: 'What was really used; all of it unless told' })
  amount?: number;
}

export const listUsage = operation({
  id: 'listUsage',
  subject: 'usage.list.v1',
  summary: 'List what the tenant has used of its limits',
  http: { method: 'GET', path: '/usage' },
  request: PageQuery,
  response: UsagePage,
  access: permission('platform.usage.read'),
});

export const listUsagePeriods = operation({
  id: 'listUsagePeriods',
  subject: 'usage.history.v1',
  summary: 'List what the tenant used of a meter, period by period, the newest first',
  http: { method: 'GET', path: '/usage/{meter}/periods' },
  request: ListUsagePeriods,
  response: UsagePeriodPage,
  access: permission('platform.usage.read'),
});

export const leaseUsage = operation({
  id: 'leaseUsage',
  subject: 'usage.lease.v1',
  summary:
    'Take a block out of a limit for a product to spend by itself; the same Idempotency-Key answers the same block',
  request: LeaseUsage,
  response: UsageLease,
  access: internal,
  errors: [PRODUCT_MISMATCH, NOT_FOUND, METER_UNKNOWN, METER_PERIOD_INVALID, LIMIT_EXCEEDED, ...LICENSED_ERRORS],
  idempotent: true,
});

export const returnLease = operation({
  id: 'returnLease',
  subject: 'usage.return.v1',
  summary: 'Give back what a product did not spend of its blocks',
  request: ReturnLease,
  response: ReturnedLease,
  access: internal,
  errors: [PRODUCT_MISMATCH, NOT_FOUND, RETURN_INVALID],
});

const COUNTING = [
  PRODUCT_MISMATCH,
  NOT_FOUND,
  METER_UNKNOWN,
  METER_PERIOD_INVALID,
  LIMIT_EXCEEDED,
  ...LICENSED_ERRORS,
] as const;

export const consumeUsage = operation({
  id: 'consumeUsage',
  subject: 'usage.consume.v1',
  summary: 'Count a use of a meter, once per event',
  request: ConsumeUsage,
  response: CountedUsage,
  access: internal,
  errors: [...COUNTING],
});

export const reserveUsage = operation({
  id: 'reserveUsage',
  subject: 'usage.reserve.v1',
  summary: 'Hold an amount of a meter until it is committed, released, or its time is over',
  request: ReserveUsage,
  response: UsageReservation,
  access: internal,
  errors: [...COUNTING],
});

export const commitUsage = operation({
  id: 'commitUsage',
  subject: 'usage.commit.v1',
  summary: 'Settle a reservation with what was really used',
  request: CommitUsage,
  response: UsageReservation,
  access: internal,
  errors: [PRODUCT_MISMATCH, NOT_FOUND, RESERVATION_CLOSED, LIMIT_EXCEEDED],
});

export const releaseUsage = operation({
  id: 'releaseUsage',
  subject: 'usage.release.v1',
  summary: 'Give a reservation back',
  request: OfReservation,
  response: UsageReservation,
  access: internal,
  errors: [PRODUCT_MISMATCH, NOT_FOUND, RESERVATION_CLOSED],
});

export const usageOperations = [
  listUsage,
  listUsagePeriods,
  leaseUsage,
  returnLease,
  consumeUsage,
  reserveUsage,
  commitUsage,
  releaseUsage,
] as const;
