import {
  Flag,
  Id,
  Instant,
  ListOf,
  Money,
  Nested,
  NOT_FOUND,
  OneOf,
  permission,
  STALE_VERSION,
  Text,
  Whole,
} from '@kit/contracts';
import { INVALID_STATE } from './bookings.errors.js';
import { BookingId } from './bookings.js';
import { operation } from './context.js';
import { NOTHING_KEPT, PAYMENT_INVALID_STATE, REFUND_TO_ONESELF, REFUND_TOO_LARGE } from './payments.errors.js';
import { PaymentId } from './payments.js';

/** settled: given back in another way than through the provider. */
export const REFUND_STATUSES = ['pending', 'confirmed', 'failed', 'settled'] as const;
export type RefundStatus = (typeof REFUND_STATUSES)[number];

/** called_off: by the owner of the place. */
export const REFUND_CAUSES = [
  'cancelled',
  'called_off',
  'rejected',
  'expired',
  'late_payment',
  'price_lowered',
  'manual',
] as const;
export type RefundCause = (typeof REFUND_CAUSES)[number];

export class Refund {
  @Id()
  id: string;

  @Id()
  paymentId: string;

  @Id()
  bookingId: string;

  @Nested(() => Money)
  amount: Money;

  @OneOf(REFUND_CAUSES, { example: 'manual' })
  cause: RefundCause;

  @Text({ max: 1000, nullable: true, description: 'As a person gave it' })
  reason: string | null;

  @OneOf(REFUND_STATUSES, { example: 'pending' })
  status: RefundStatus;

  @Instant()
  createdAt: string;

  @Instant({ nullable: true })
  confirmedAt: string | null;

  @Whole({ min: 1 })
  version: number;
}

export class RefundList {
  @ListOf(() => Refund, { max: 10_000 })
  data: Refund[];
}

export class CreateRefund extends PaymentId {
  @Id({ optional: true, description: 'May be left out where the payment is for one booking only' })
  bookingId?: string;

  @Whole({ min: 1, max: 1_000_000_000, description: 'In minor units', example: 25000 })
  amount: number;

  @Text({ min: 1, max: 1000, example: 'Varmen var borte halve tiden' })
  reason: string;
}

export class CancellationTerms {
  @Id()
  bookingId: string;

  @Flag({ description: 'The caller can cancel it now' })
  possible: boolean;

  @Nested(() => Money, { description: 'Paid and not given back' })
  paid: Money;

  @Nested(() => Money, { description: 'Given back if it is cancelled now' })
  refund: Money;

  @Nested(() => Money, { description: 'Kept of what was paid, or still owed of what is invoiced' })
  kept: Money;

  @Whole({ min: 0, max: 100, description: 'Per cent of the price that is given back, before the fee' })
  percent: number;

  @Nested(() => Money, { description: 'Taken off what is given back' })
  fee: Money;

  @Instant({ nullable: true, description: 'Until when it stays like this; null: it does not get worse' })
  until: string | null;
}

export class WaiveCancellationFee extends BookingId {
  @Text({ min: 1, max: 1000, example: 'Sykdom, dokumentert' })
  reason: string;
}

export class Waived {
  @Id()
  bookingId: string;

  @Nested(() => Money, { description: 'Not kept any more' })
  waived: Money;

  @Nested(() => Money, { description: 'Of that, on its way back to the payer' })
  refund: Money;
}

const MODULE = 'digilist.payments';

export const createRefund = operation({
  id: 'createRefund',
  subject: 'refund.create.v1',
  summary: 'Give money back; it is on its way when this is answered',
  http: { method: 'POST', path: '/payments/{id}/refunds', status: 201 },
  request: CreateRefund,
  response: Refund,
  access: permission('digilist.payment.refund'),
  module: MODULE,
  errors: [NOT_FOUND, PAYMENT_INVALID_STATE, REFUND_TOO_LARGE, REFUND_TO_ONESELF],
  idempotent: true,
  version: 'answers',
});

export const listRefunds = operation({
  id: 'listRefunds',
  subject: 'refund.list.v1',
  summary: 'What was and is to be given back of a payment, first decided first',
  http: { method: 'GET', path: '/payments/{id}/refunds' },
  request: PaymentId,
  response: RefundList,
  access: permission('digilist.payment.read'),
  module: MODULE,
  errors: [NOT_FOUND],
});

export const getCancellationTerms = operation({
  id: 'getCancellationTerms',
  subject: 'booking.cancellation-terms.v1',
  summary: 'What would be given back if the booking were cancelled now',
  http: { method: 'GET', path: '/bookings/{id}/cancellation-terms' },
  request: BookingId,
  response: CancellationTerms,
  access: permission('digilist.booking.read'),
  module: 'digilist.booking',
  errors: [NOT_FOUND],
});

export const waiveCancellationFee = operation({
  id: 'waiveCancellationFee',
  subject: 'booking.waive-fee.v1',
  summary: 'Keep nothing of a booking that was cancelled: what was kept is given back, or not invoiced',
  http: { method: 'POST', path: '/bookings/{id}/cancellation-waiver' },
  request: WaiveCancellationFee,
  response: Waived,
  access: permission('digilist.payment.refund'),
  module: MODULE,
  errors: [NOT_FOUND, INVALID_STATE, NOTHING_KEPT, REFUND_TO_ONESELF, STALE_VERSION],
  idempotent: true,
});

export const refundOperations = [createRefund, listRefunds, getCancellationTerms, waiveCancellationFee] as const;
