import {
  Flag,
  Id,
  Ids,
  Instant,
  ListOf,
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
import { BOOKING_STARTED, INVALID_STATE } from './bookings.errors.js';
import { operation } from './context.js';
import { LocalizedName } from './listings.text.js';
import { PAYMENT_PROVIDER_MISSING, PAYMENT_PROVIDER_UNAVAILABLE } from './payment-providers.errors.js';
import { PAYMENT_PROVIDERS, type PaymentProviderKey } from './payment-providers.js';
import {
  MIXED_POLICIES,
  NOTHING_TO_PAY,
  PAYMENT_INVALID_STATE,
  PAYMENT_OUTCOME_UNKNOWN,
  PAYMENT_REFUSED,
  PAYMENT_UNDER_WAY,
  RETURN_URL_NOT_ALLOWED,
  TOO_MANY_PAYMENTS,
} from './payments.errors.js';
import { PriceLine } from './pricing.js';

/**
 * created: the provider was asked and has not answered. open: the payer may pay. authorized: the payer has paid, the
 * provider holds the money. captured: it is ours; also when some of it was given back. refunded: all of it was.
 * cancelled, failed, expired: nothing was taken.
 */
export const PAYMENT_STATUSES = [
  'created',
  'open',
  'authorized',
  'captured',
  'refunded',
  'failed',
  'cancelled',
  'expired',
] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** How many bookings one payment can be for. */
export const MOST_BOOKINGS_PAID = 50;
/** How often a booking can be tried to be paid: each attempt prolongs its hold. */
export const MOST_PAYMENTS = 5;

export class StartPayment {
  @Ids({ max: MOST_BOOKINGS_PAID, description: 'Bookings that await payment; all of them are paid, or none' })
  bookingIds: string[];

  @Text({
    min: 8,
    max: 500,
    description: 'Where the browser goes afterwards',
    example: 'https://fjordvik.example/paid',
  })
  returnUrl: string;

  @OneOf(PAYMENT_PROVIDERS, { optional: true, description: "The tenant's preferred one unless told" })
  provider?: PaymentProviderKey;
}

/** What a booking has of a payment. */
export class PaidBooking {
  @Id()
  bookingId: string;

  @Nested(() => Money)
  amount: Money;

  @Nested(() => Money, { description: 'Given back by now' })
  refunded: Money;
}

export class Payment {
  @Id()
  id: string;

  @OneOf(PAYMENT_STATUSES, { example: 'open' })
  status: PaymentStatus;

  @OneOf(PAYMENT_PROVIDERS, { example: 'vipps' })
  provider: PaymentProviderKey;

  @Id({ description: 'Who pays' })
  userId: string;

  @Id({ description: 'Organization that owns what is booked' })
  orgId: string;

  @Nested(() => Money)
  amount: Money;

  @Nested(() => Money, { description: 'Taken' })
  captured: Money;

  @Nested(() => Money, { description: 'Given back by now' })
  refunded: Money;

  @Text({
    max: 2000,
    nullable: true,
    description: "The provider's page, as long as it can be paid",
    example: 'https://pay.example/checkout/7c10',
  })
  redirectUrl: string | null;

  @Instant({ description: 'Until when it can be paid' })
  expiresAt: string;

  @Text({ max: 500, nullable: true, description: 'Why it failed' })
  failure: string | null;

  @ListOf(() => PaidBooking)
  bookings: PaidBooking[];

  @Instant()
  createdAt: string;

  @Whole({ min: 1 })
  version: number;
}

export class PaymentPage extends pageOf(Payment) {}

export class PaymentId {
  @Id()
  id: string;
}

export class ListPayments extends PageQuery {
  @OneOf(PAYMENT_STATUSES, { optional: true })
  status?: PaymentStatus;

  @Id({ optional: true, description: 'That cover this booking' })
  bookingId?: string;

  @Flag({ optional: true, description: "Only the caller's own" })
  mine?: boolean;
}

export class ReceiptSeller {
  @Text({ max: 300 })
  name: string;

  @Text({ max: 20, nullable: true, description: 'Organization number', example: '987654321' })
  organizationNumber: string | null;
}

export class ReceiptLine {
  @Id()
  bookingId: string;

  @Nested(() => LocalizedName)
  listingName: LocalizedName;

  @Instant()
  startsAt: string;

  @Instant()
  endsAt: string;

  @ListOf(() => PriceLine)
  lines: PriceLine[];

  @Nested(() => Money)
  total: Money;
}

export class VatSum {
  @Whole({ min: 0, max: 10_000, description: 'Hundredths of a per cent', example: 2500 })
  vatBasisPoints: number;

  @Nested(() => Money)
  net: Money;

  @Nested(() => Money)
  vat: Money;
}

export class Receipt {
  @Id()
  paymentId: string;

  @Nested(() => ReceiptSeller)
  seller: ReceiptSeller;

  @Instant({ description: 'When it was paid' })
  paidAt: string;

  @OneOf(PAYMENT_PROVIDERS)
  provider: PaymentProviderKey;

  @ListOf(() => ReceiptLine)
  bookings: ReceiptLine[];

  @ListOf(() => VatSum, { description: 'By rate, highest first; together they are the total' })
  vat: VatSum[];

  @Nested(() => Money)
  total: Money;

  @Nested(() => Money, { description: 'Given back by now' })
  refunded: Money;
}

const MODULE = 'digilist.payments';

export const startPayment = operation({
  id: 'startPayment',
  subject: 'payment.start.v1',
  summary: 'Pay for bookings at a provider; a payment that is open for the same bookings is answered again',
  http: { method: 'POST', path: '/payments', status: 201 },
  request: StartPayment,
  response: Payment,
  access: permission('digilist.payment.create'),
  module: MODULE,
  errors: [
    NOT_FOUND,
    INVALID_STATE,
    BOOKING_STARTED,
    MIXED_POLICIES,
    NOTHING_TO_PAY,
    PAYMENT_UNDER_WAY,
    TOO_MANY_PAYMENTS,
    RETURN_URL_NOT_ALLOWED,
    PAYMENT_REFUSED,
    PAYMENT_OUTCOME_UNKNOWN,
    PAYMENT_PROVIDER_MISSING,
    PAYMENT_PROVIDER_UNAVAILABLE,
  ],
  version: 'answers',
});

export const getPayment = operation({
  id: 'getPayment',
  subject: 'payment.get.v1',
  summary: 'One payment',
  http: { method: 'GET', path: '/payments/{id}' },
  request: PaymentId,
  response: Payment,
  access: permission('digilist.payment.read'),
  module: MODULE,
  errors: [NOT_FOUND],
  version: 'answers',
});

export const listPayments = operation({
  id: 'listPayments',
  subject: 'payment.list.v1',
  summary: "Payments within the caller's reach, newest first",
  http: { method: 'GET', path: '/payments' },
  request: ListPayments,
  response: PaymentPage,
  access: permission('digilist.payment.read'),
  module: MODULE,
});

export const cancelPayment = operation({
  id: 'cancelPayment',
  subject: 'payment.cancel.v1',
  summary: 'Close a payment that nobody has paid; the bookings can be paid anew as long as their hold lasts',
  http: { method: 'POST', path: '/payments/{id}/cancel' },
  request: PaymentId,
  response: Payment,
  access: permission('digilist.payment.create'),
  module: MODULE,
  errors: [NOT_FOUND, PAYMENT_INVALID_STATE],
  version: 'answers',
});

export const getReceipt = operation({
  id: 'getReceipt',
  subject: 'payment.receipt.v1',
  summary: 'What was paid, line by line, with VAT by rate',
  http: { method: 'GET', path: '/payments/{id}/receipt' },
  request: PaymentId,
  response: Receipt,
  access: permission('digilist.payment.read'),
  module: MODULE,
  errors: [NOT_FOUND, PAYMENT_INVALID_STATE],
});

export const paymentOperations = [startPayment, getPayment, listPayments, cancelPayment, getReceipt] as const;
