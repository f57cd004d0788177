import {
  Id,
  Instant,
  Money,
  Nested,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  STALE_VERSION,
  Text,
  Whole,
} from '@kit/contracts';
import { operation } from './context.js';
import { CASE_RESOLVED, RESOLUTION_NOT_POSSIBLE } from './payments.errors.js';

/**
 * paid_but_impossible: money for bookings that cannot be had any more, and that could not be given back by itself.
 * unknown_outcome: the provider does not say what came of it. amount_mismatch: it says other sums than ours.
 * late_payment: money came after its booking had ended; given back. capture_failed: a booking is confirmed, but the
 * provider refused to hand over the money.
 */
export const CASE_KINDS = [
  'paid_but_impossible',
  'unknown_outcome',
  'amount_mismatch',
  'late_payment',
  'refund_failed',
  'capture_failed',
] as const;
export type CaseKind = (typeof CASE_KINDS)[number];

export const CASE_STATUSES = ['open', 'resolved'] as const;
export type CaseStatus = (typeof CASE_STATUSES)[number];

/** refund: give the money back. accept: leave it as it is, it was settled elsewhere. retry: ask the provider again. */
export const CASE_RESOLUTIONS = ['refund', 'accept', 'retry'] as const;
export type CaseResolution = (typeof CASE_RESOLUTIONS)[number];

export class PaymentCase {
  @Id()
  id: string;

  @Id()
  paymentId: string;

  @Id({ nullable: true })
  refundId: string | null;

  @Id()
  orgId: string;

  @OneOf(CASE_KINDS, { example: 'refund_failed' })
  kind: CaseKind;

  @OneOf(CASE_STATUSES, { example: 'open' })
  status: CaseStatus;

  @Nested(() => Money, { description: 'Of the payment, or of the refund' })
  amount: Money;

  @Text({ max: 1000, description: 'What was found, for staff', example: 'insufficient_funds' })
  finding: string;

  @OneOf([...CASE_RESOLUTIONS, 'itself'], { nullable: true, description: 'itself: nobody had to do anything' })
  resolution: CaseResolution | 'itself' | null;

  @Text({ max: 1000, nullable: true })
  note: string | null;

  @Instant()
  createdAt: string;

  @Instant({ nullable: true })
  resolvedAt: string | null;

  @Whole({ min: 1 })
  version: number;
}

export class PaymentCasePage extends pageOf(PaymentCase) {}

export class ListPaymentCases extends PageQuery {
  @OneOf(CASE_STATUSES, { optional: true, description: 'open unless told' })
  status?: CaseStatus;
}

export class ResolvePaymentCase {
  @Id()
  id: string;

  @OneOf(CASE_RESOLUTIONS, { example: 'retry' })
  resolution: CaseResolution;

  @Text({ min: 1, max: 1000, example: 'Avtalt med betaleren på telefon' })
  note: string;
}

const MODULE = 'digilist.payments';

export const listPaymentCases = operation({
  id: 'listPaymentCases',
  subject: 'payment-case.list.v1',
  summary: 'Payments that a person has to look at, oldest first',
  http: { method: 'GET', path: '/payment-cases' },
  request: ListPaymentCases,
  response: PaymentCasePage,
  access: permission('digilist.payment.reconcile'),
  module: MODULE,
});

export const resolvePaymentCase = operation({
  id: 'resolvePaymentCase',
  subject: 'payment-case.resolve.v1',
  summary: 'Settle what was wrong with a payment',
  http: { method: 'POST', path: '/payment-cases/{id}/resolve' },
  request: ResolvePaymentCase,
  response: PaymentCase,
  access: permission('digilist.payment.reconcile'),
  module: MODULE,
  errors: [NOT_FOUND, CASE_RESOLVED, RESOLUTION_NOT_POSSIBLE, STALE_VERSION],
  idempotent: true,
  version: 'answers',
});

export const reconciliationOperations = [listPaymentCases, resolvePaymentCase] as const;
