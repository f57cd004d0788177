import { holders, Id, OneOf, Text, Whole } from '@kit/contracts';
import { event } from './context.js';
import { PAYMENT_STATUSES, type PaymentStatus } from './payments.js';
import { CASE_KINDS, CASE_STATUSES, type CaseKind, type CaseStatus } from './reconciliation.js';
import { REFUND_CAUSES, REFUND_STATUSES, type RefundCause, type RefundStatus } from './refunds.js';

/** What every fact about a payment tells. */
export class PaymentFact {
  @Id()
  paymentId: string;

  @OneOf(PAYMENT_STATUSES, { description: 'Status after the fact', example: 'captured' })
  status: PaymentStatus;

  @Id({ description: 'Organization that owns what is booked' })
  orgId: string;

  @Id({ description: 'Who pays' })
  userId: string;

  @Whole({ min: 0, description: 'In minor units', example: 120000 })
  amount: number;

  @Text({ min: 3, max: 3, example: 'NOK' })
  currency: string;
}

export class RefundFact {
  @Id()
  refundId: string;

  @Id()
  paymentId: string;

  @Id()
  bookingId: string;

  @Id({ description: 'Organization that owns what was booked' })
  orgId: string;

  @Id({ description: 'Who gets it' })
  userId: string;

  @OneOf(REFUND_STATUSES, { example: 'confirmed' })
  status: RefundStatus;

  @OneOf(REFUND_CAUSES, { example: 'cancelled' })
  cause: RefundCause;

  @Whole({ min: 0, description: 'In minor units', example: 80000 })
  amount: number;

  @Text({ min: 3, max: 3, example: 'NOK' })
  currency: string;
}

export class PaymentCaseFact {
  @Id()
  caseId: string;

  @Id()
  paymentId: string;

  @Id()
  orgId: string;

  @OneOf(CASE_KINDS, { example: 'refund_failed' })
  kind: CaseKind;

  @OneOf(CASE_STATUSES, { example: 'open' })
  status: CaseStatus;
}

interface OfPayer {
  readonly orgId: string;
  readonly userId: string;
}

const audience = ({ orgId, userId }: OfPayer) => holders('digilist.payment.read', { orgs: [orgId], owner: userId });
const payment = { aggregate: 'payment', data: PaymentFact, audience };
const refund = { aggregate: 'refund', data: RefundFact, audience };
const paymentCase = {
  aggregate: 'payment_case',
  data: PaymentCaseFact,
  audience: ({ orgId }: { orgId: string }) => holders('digilist.payment.reconcile', { orgs: [orgId] }),
};

export const paymentStarted = event({ ...payment, fact: 'started', summary: 'Somebody is about to pay' });
export const paymentAuthorized = event({
  ...payment,
  fact: 'authorized',
  summary: 'The provider holds the money of the payer; it is not taken yet',
});
export const paymentCaptured = event({ ...payment, fact: 'captured', summary: 'A payment was taken' });
export const paymentEnded = event({
  ...payment,
  fact: 'ended',
  summary: 'A payment came to nothing: its status says whether it failed, was cancelled or ran out',
});
export const paymentRefunded = event({
  ...payment,
  fact: 'refunded',
  summary: 'Some or all of a payment was given back; its status says whether it was all',
});
export const refundPromised = event({ ...refund, fact: 'promised', summary: 'Money is to be given back' });
export const refundConfirmed = event({ ...refund, fact: 'confirmed', summary: 'Money was given back' });
export const refundFailed = event({ ...refund, fact: 'failed', summary: 'The provider refused to give money back' });
export const paymentCaseOpened = event({
  ...paymentCase,
  fact: 'opened',
  summary: 'Somebody has to look at a payment',
});
export const paymentCaseResolved = event({
  ...paymentCase,
  fact: 'resolved',
  summary: 'What was wrong with a payment is settled',
});

export const paymentEvents = [
  paymentStarted,
  paymentAuthorized,
  paymentCaptured,
  paymentEnded,
  paymentRefunded,
  refundPromised,
  refundConfirmed,
  refundFailed,
  paymentCaseOpened,
  paymentCaseResolved,
] as const;
