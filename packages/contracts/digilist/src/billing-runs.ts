import {
  Flag,
  Id,
  Instant,
  ListOf,
  LocalDate,
  Money,
  Nested,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Text,
  Whole,
} from '@kit/contracts';
import { operation } from './context.js';
import { BILLING_PERIOD_INVALID, BILLING_RUN_UNDER_WAY } from './invoices.errors.js';

export const BILLING_RUN_STATUSES = ['running', 'completed'] as const;
export type BillingRunStatus = (typeof BILLING_RUN_STATUSES)[number];

/** Why a booking that should be on an invoice is on none, or on one that is too low. */
export const UNBILLED_REASONS = [
  'not_billed_yet',
  'seller_missing',
  'seller_not_registered_for_vat',
  'kid_too_short',
  'not_decided',
  'billed_too_little',
] as const;
export type UnbilledReason = (typeof UNBILLED_REASONS)[number];

/** Bookings to be paid by invoice that ended in a period. */
export class BillingPeriod {
  @LocalDate({ description: 'First day, by the end of the bookings', example: '2026-11-01' })
  from: string;

  @LocalDate({ description: 'The day after the last one', example: '2026-12-01' })
  to: string;
}

export class StartBillingRun extends BillingPeriod {
  @Id({ optional: true, description: 'Only what this organization bought' })
  organizationId?: string;

  @Id({ optional: true, description: 'Only in the name of this seller; without it, the whole tenant' })
  sellerId?: string;

  @Flag({ optional: true, description: 'Only tell what would be invoiced' })
  dryRun?: boolean;
}

/** What would become, or became, of one buyer. */
export class BillingRunBuyer {
  @Id({ nullable: true })
  sellerId: string | null;

  @Id({ nullable: true })
  buyerOrgId: string | null;

  @Id({ nullable: true })
  buyerUserId: string | null;

  @Text({ max: 300 })
  buyerName: string;

  @Whole({ min: 0 })
  bookings: number;

  @Nested(() => Money)
  total: Money;

  @OneOf(UNBILLED_REASONS, { nullable: true, description: 'Why there can be no invoice; null: there can' })
  problem: UnbilledReason | null;
}

export class BillingRun {
  @Id({ nullable: true, description: 'null: a dry run' })
  id: string | null;

  @LocalDate()
  from: string;

  @LocalDate()
  to: string;

  @Id({ nullable: true })
  organizationId: string | null;

  @Id({ nullable: true })
  sellerId: string | null;

  @Flag()
  dryRun: boolean;

  @OneOf(BILLING_RUN_STATUSES)
  status: BillingRunStatus;

  @Whole({ min: 0, description: 'Issued so far; of a dry run, those that would be' })
  invoices: number;

  @Whole({ min: 0, description: 'Bookings on them' })
  bookings: number;

  @Nested(() => Money, { description: 'Of all invoices' })
  total: Money;

  @ListOf(() => BillingRunBuyer, { description: 'Of a dry run all buyers, else those without an invoice, 200 at most' })
  buyers: BillingRunBuyer[];

  @Instant()
  startedAt: string;

  @Instant({ nullable: true })
  completedAt: string | null;

  @Whole({ min: 1 })
  version: number;
}

export class BillingRunPage extends pageOf(BillingRun) {}

export class BillingRunId {
  @Id()
  id: string;
}

export class ListBillingRuns extends PageQuery {}

export class ListUnbilledBookings extends PageQuery {
  @LocalDate({ description: 'First day, by the end of the bookings', example: '2026-11-01' })
  from: string;

  @LocalDate({ description: 'The day after the last one', example: '2026-12-01' })
  to: string;
}

export class UnbilledBooking {
  @Id()
  bookingId: string;

  @Id()
  orgId: string;

  @Id({ nullable: true })
  buyerOrgId: string | null;

  @Id({ nullable: true })
  buyerUserId: string | null;

  @Instant()
  endsAt: string;

  @Nested(() => Money, { description: 'What it should be billed for' })
  owed: Money;

  @Nested(() => Money, { description: 'What it is billed for' })
  billed: Money;

  @OneOf(UNBILLED_REASONS)
  reason: UnbilledReason;
}

export class UnbilledBookingPage extends pageOf(UnbilledBooking) {}

const MODULE = 'digilist.payments';
const access = permission('digilist.invoice.create');

export const startBillingRun = operation({
  id: 'startBillingRun',
  subject: 'billing-run.start.v1',
  summary: 'Invoice what is over and not invoiced yet, one invoice for each buyer and seller',
  http: { method: 'POST', path: '/billing-runs', status: 201, query: ['dryRun'] },
  request: StartBillingRun,
  response: BillingRun,
  access,
  module: MODULE,
  errors: [NOT_FOUND, BILLING_PERIOD_INVALID, BILLING_RUN_UNDER_WAY],
  idempotent: true,
});

export const getBillingRun = operation({
  id: 'getBillingRun',
  subject: 'billing-run.get.v1',
  summary: 'How far a billing run has come',
  http: { method: 'GET', path: '/billing-runs/{id}' },
  request: BillingRunId,
  response: BillingRun,
  access,
  module: MODULE,
  errors: [NOT_FOUND],
});

export const listBillingRuns = operation({
  id: 'listBillingRuns',
  subject: 'billing-run.list.v1',
  summary: 'Billing runs, newest first',
  http: { method: 'GET', path: '/billing-runs' },
  request: ListBillingRuns,
  response: BillingRunPage,
  access,
  module: MODULE,
});

export const listUnbilledBookings = operation({
  id: 'listUnbilledBookings',
  subject: 'billing-run.reconcile.v1',
  summary: 'Bookings of a period that should be invoiced and are not, each with the reason',
  http: { method: 'GET', path: '/unbilled-bookings' },
  request: ListUnbilledBookings,
  response: UnbilledBookingPage,
  access,
  module: MODULE,
  errors: [BILLING_PERIOD_INVALID],
});

export const billingRunOperations = [startBillingRun, getBillingRun, listBillingRuns, listUnbilledBookings] as const;
