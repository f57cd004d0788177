import type { Payment, PaymentProviderKey, PaymentStatus, PriceLine } from '@digilist/contracts';
import type { Locale } from '@kit/contracts';
import { type Statement, statement } from '@kit/service';
import { named } from '../../database/named-statement.js';
import { iso } from '../../database/shapes.js';
import type { VatPart } from '../ledger/index.js';

const MONEY = (amount: string) => `jsonb_build_object('amount', ${amount}, 'currency', p.currency)`;

/** A payment `p` in the shape of the contract. */
const PAYMENT = `p.id, p.status, p.provider, p.user_id AS "userId", p.org_id AS "orgId", ${MONEY('p.amount')} AS amount,
  ${MONEY('p.captured')} AS captured, ${MONEY('p.refunded')} AS refunded,
  CASE WHEN p.status = 'open' THEN p.redirect_url END AS "redirectUrl", ${iso('p.expires_at')} AS "expiresAt", p.failure,
  (SELECT jsonb_agg(jsonb_build_object('bookingId', pb.booking_id, 'amount', ${MONEY('pb.amount')}, 'refunded', ${MONEY('pb.refunded')})
      ORDER BY pb.booking_id)
    FROM digilist.payment_bookings pb WHERE pb.tenant_id = p.tenant_id AND pb.payment_id = p.id) AS bookings,
  ${iso('p.created_at')} AS "createdAt", p.version`;
export type PaymentAnswer = Payment & Record<string, unknown>;

/** $1 tenant · $2 id */
export const GET_PAYMENT = statement(
  'get-payment',
  `SELECT ${PAYMENT} FROM digilist.payments p WHERE p.tenant_id = $1 AND p.id = $2`,
);

export interface PaymentFilter {
  tenantId: string;
  callerId: string;
  /** Only the caller's own. */
  mine: boolean;
  everywhere: boolean;
  orgIds: readonly string[];
  status: PaymentStatus | null;
  bookingId: string | null;
  before: string | null;
  limit: number;
}

/** Each combination is a statement of its own, so that each uses its index. */
export function listPaymentsStatement(filter: PaymentFilter): { statement: Statement; values: unknown[] } {
  const values: unknown[] = [filter.tenantId];
  const names: string[] = [];
  const conditions = ['p.tenant_id = $1'];
  const where = (name: string, condition: string): void => {
    names.push(name);
    conditions.push(condition);
  };
  const add = (value: unknown): string => `$${values.push(value)}`;
  if (filter.mine) where('own', `p.user_id = ${add(filter.callerId)}`);
  else if (!filter.everywhere)
    where('reach', `(p.user_id = ${add(filter.callerId)} OR p.org_id = ANY (${add(filter.orgIds)}::uuid[]))`);
  if (filter.status !== null) where('status', `p.status = ${add(filter.status)}`);
  if (filter.bookingId !== null)
    where(
      'booking',
      `p.id IN (SELECT pb.payment_id FROM digilist.payment_bookings pb WHERE pb.tenant_id = $1 AND pb.booking_id = ${add(filter.bookingId)})`,
    );
  if (filter.before !== null) where('after', `p.id < ${add(filter.before)}::uuid`);
  const text = `SELECT ${PAYMENT} FROM digilist.payments p WHERE ${conditions.join(' AND ')} ORDER BY p.id DESC LIMIT ${add(filter.limit)}`;
  return { statement: statement(`list-payments ${names.join('+')}`.trim(), text), values };
}

/** A payment as whoever works on it needs it. */
export interface PaymentRow extends Record<string, unknown> {
  id: string;
  version: number;
  orgId: string;
  userId: string;
  providerId: string;
  provider: PaymentProviderKey;
  providerReference: string | null;
  status: PaymentStatus;
  amount: number;
  currency: string;
  authorized: number;
  captured: number;
  promised: number;
  refunded: number;
  locale: Locale;
  description: string;
  returnUrl: string;
  expiresAt: Date;
}

const ROW = `p.id, p.version, p.org_id AS "orgId", p.user_id AS "userId", p.provider_id AS "providerId", p.provider,
  p.provider_reference AS "providerReference", p.status, p.amount::float8 AS amount, p.currency,
  p.authorized::float8 AS authorized, p.captured::float8 AS captured, p.promised::float8 AS promised,
  p.refunded::float8 AS refunded, p.locale, p.description, p.return_url AS "returnUrl", p.expires_at AS "expiresAt"`;

/** $1 tenant · $2 id. After its bookings, where they are locked too. */
export const LOCK_PAYMENT = statement(
  'lock-payment',
  `SELECT ${ROW} FROM digilist.payments p WHERE p.tenant_id = $1 AND p.id = $2 FOR NO KEY UPDATE`,
);
/** $1 tenant · $2 id */
export const READ_PAYMENT = statement(
  'read-payment',
  `SELECT ${ROW} FROM digilist.payments p WHERE p.tenant_id = $1 AND p.id = $2`,
);

/** What a booking has of a payment. */
export interface ShareRow extends Record<string, unknown> {
  paymentId: string;
  bookingId: string;
  amount: number;
  paid: number;
  promised: number;
  refunded: number;
  parts: VatPart[];
}
export const SHARE = `pb.payment_id AS "paymentId", pb.booking_id AS "bookingId", pb.amount::float8 AS amount,
  pb.paid::float8 AS paid, pb.promised::float8 AS promised, pb.refunded::float8 AS refunded, pb.parts`;

/** $1 tenant · $2 payment */
export const SHARES = statement(
  'shares-of-payment',
  `SELECT ${SHARE} FROM digilist.payment_bookings pb WHERE pb.tenant_id = $1 AND pb.payment_id = $2 ORDER BY pb.booking_id`,
);

/** $1 tenant · $2 bookings. Every attempt to pay them. */
export const PAYMENTS_OF_BOOKINGS = statement(
  'payments-of-bookings',
  `SELECT p.id, p.status, p.provider, p.expires_at AS "expiresAt", pb.booking_id AS "bookingId",
     (SELECT count(*)::integer FROM digilist.payment_bookings o WHERE o.tenant_id = $1 AND o.payment_id = p.id) AS size
   FROM digilist.payment_bookings pb
   JOIN digilist.payments p ON p.tenant_id = pb.tenant_id AND p.id = pb.payment_id
   WHERE pb.tenant_id = $1 AND pb.booking_id = ANY ($2::uuid[]) ORDER BY p.id`,
);
export interface AttemptRow extends Record<string, unknown> {
  id: string;
  status: PaymentStatus;
  provider: PaymentProviderKey;
  expiresAt: Date;
  bookingId: string;
  /** For how many bookings it is. */
  size: number;
}

/** $1 tenant · $2 bookings */
export const PRICES_OF_BOOKINGS = statement(
  'prices-of-bookings',
  `SELECT b.id, b.price_lines AS lines FROM digilist.bookings b WHERE b.tenant_id = $1 AND b.id = ANY ($2::uuid[])`,
);
export interface PricedBooking extends Record<string, unknown> {
  id: string;
  lines: PriceLine[];
}

export interface InsertPayment {
  tenantId: string;
  actorId: string;
  id: string;
  orgId: string;
  userId: string;
  providerId: string;
  provider: string;
  amount: number;
  currency: string;
  locale: string;
  description: string;
  returnUrl: string;
  expiresAt: Date;
  /** One entry per booking, in all three; JSON is text already. */
  bookingIds: readonly string[];
  amounts: readonly number[];
  parts: readonly string[];
}

/** What is intended, before the provider hears of it. The call is at hand for as long as whoever asks waits for it. */
export const INSERT_PAYMENT = named<InsertPayment>(
  'insert-payment',
  `WITH licence AS (
     SELECT s.id FROM digilist.platform_subscriptions s
     WHERE s.tenant_id = @tenantId AND s.product = 'digilist' AND NOT s.deleted AND s.status IN ('trialing', 'active', 'past_due')
     ORDER BY s.valid_from DESC NULLS LAST LIMIT 1
   ), payment AS (
     INSERT INTO digilist.payments (tenant_id, id, org_id, user_id, provider_id, provider, subscription_id, amount, currency,
       locale, description, return_url, expires_at, check_at, created_by, updated_by)
     VALUES (@tenantId, @id, @orgId, @userId, @providerId, @provider, (SELECT id FROM licence), @amount, @currency,
       @locale, @description, @returnUrl, @expiresAt, @expiresAt, @actorId, @actorId)
   ), shares AS (
     INSERT INTO digilist.payment_bookings (tenant_id, payment_id, booking_id, amount, parts, created_by, updated_by)
     SELECT @tenantId, @id, b.id, b.amount, b.parts, @actorId, @actorId
     FROM unnest(@bookingIds::uuid[], @amounts::bigint[], @parts::jsonb[]) b (id, amount, parts)
   )
   INSERT INTO digilist.payment_calls (tenant_id, payment_id, kind, amount, status, attempts, due_at, created_by, updated_by)
   VALUES (@tenantId, @id, 'checkout', @amount, 'sent', 1, @expiresAt, @actorId, @actorId)`,
);

/** $1 tenant · $2 payment · $3 reference of the provider · $4 its page · $5 actor. What it told before we knew the reference is known now. */
export const OPEN_PAYMENT = statement(
  'open-payment',
  `WITH heard AS (
     UPDATE digilist.payment_deliveries d
     SET status = 'taken', payment_id = $2, version = d.version + 1, updated_at = now(), updated_by = $5
     FROM digilist.payments p
     WHERE p.tenant_id = $1 AND p.id = $2 AND d.tenant_id = $1 AND d.provider_id = p.provider_id
       AND d.provider_reference = $3 AND d.status = 'waiting'
     RETURNING 1
   ), called AS (
     UPDATE digilist.payment_calls c
     SET status = 'confirmed', due_at = NULL, version = c.version + 1, updated_at = now(), updated_by = $5
     WHERE c.tenant_id = $1 AND c.payment_id = $2 AND c.kind = 'checkout' AND c.due_at IS NOT NULL
   )
   UPDATE digilist.payments p
   SET status = CASE WHEN p.status = 'created' THEN 'open' ELSE p.status END, provider_reference = $3, redirect_url = $4,
     check_at = CASE WHEN EXISTS (SELECT FROM heard) THEN now() ELSE p.check_at END,
     version = p.version + 1, updated_at = now(), updated_by = $5
   WHERE p.tenant_id = $1 AND p.id = $2 AND p.provider_reference IS NULL
   RETURNING p.version, EXISTS (SELECT FROM heard) AS heard`,
);

/** $1 tenant · $2 payment · $3 what came of it · $4 detail · $5 actor */
export const NOTE_CHECKOUT = statement(
  'note-checkout',
  `UPDATE digilist.payment_calls c
   SET status = $3, detail = $4, due_at = CASE WHEN $3 IN ('confirmed', 'refused') THEN NULL ELSE c.due_at END,
     attempts = c.attempts + 1, version = c.version + 1, updated_at = now(), updated_by = $5
   WHERE c.tenant_id = $1 AND c.payment_id = $2 AND c.kind = 'checkout' AND c.due_at IS NOT NULL`,
);

/** $1 tenant · $2 payment · $3 status · $4 why · $5 actor. Nothing more is expected, but whatever comes is looked at. */
export const END_PAYMENT = statement(
  'end-payment',
  `WITH called AS (
     UPDATE digilist.payment_calls c
     SET status = 'refused', due_at = NULL, version = c.version + 1, updated_at = now(), updated_by = $5
     WHERE c.tenant_id = $1 AND c.payment_id = $2 AND c.kind = 'checkout' AND c.due_at IS NOT NULL
   )
   UPDATE digilist.payments p
   SET status = $3, failure = $4, check_at = NULL, checks = 0, version = p.version + 1, updated_at = now(), updated_by = $5
   WHERE p.tenant_id = $1 AND p.id = $2
   RETURNING p.version`,
);

/** $1 tenant · $2 payment · $3 actor · $4 whether the money is taken (or only held, to be given back). What was decided about it is another statement's. */
export const AUTHORIZE_PAYMENT = statement(
  'authorize-payment',
  `WITH shares AS (
     UPDATE digilist.payment_bookings pb
     SET paid = pb.amount, version = pb.version + 1, updated_at = now(), updated_by = $3
     WHERE pb.tenant_id = $1 AND pb.payment_id = $2 AND $4
   ), called AS (
     UPDATE digilist.payment_calls c
     SET status = 'confirmed', due_at = NULL, version = c.version + 1, updated_at = now(), updated_by = $3
     WHERE c.tenant_id = $1 AND c.payment_id = $2 AND c.kind = 'checkout' AND c.due_at IS NOT NULL
   )
   UPDATE digilist.payments p
   SET status = 'authorized', authorized = p.amount, failure = NULL, check_at = NULL, checks = 0,
     version = p.version + 1, updated_at = now(), updated_by = $3
   WHERE p.tenant_id = $1 AND p.id = $2 AND p.authorized = 0
   RETURNING p.version`,
);

/** $1 tenant · $2 payment · $3 actor */
export const CAPTURE_PAYMENT = statement(
  'capture-payment',
  `UPDATE digilist.payments p
   SET status = 'captured', captured = p.amount, captured_at = now(), version = p.version + 1, updated_at = now(), updated_by = $3
   WHERE p.tenant_id = $1 AND p.id = $2 AND p.captured = 0
   RETURNING p.version`,
);

/** $1 tenant · $2 payment · $3 kind · $4 amount · $5 actor. One call of a kind is under way at most. */
export const PLAN_CALL = statement(
  'plan-payment-call',
  `INSERT INTO digilist.payment_calls (tenant_id, payment_id, kind, amount, created_by, updated_by)
   SELECT $1, $2, $3, $4, $5, $5
   WHERE NOT EXISTS (SELECT FROM digilist.payment_calls c
     WHERE c.tenant_id = $1 AND c.payment_id = $2 AND c.kind = $3 AND c.due_at IS NOT NULL)`,
);

/** $1 tenant · $2 provider account · $3 event · $4 type · $5 our reference or null · $6 the provider's or null · $7 actor */
export const TAKE_DELIVERY = statement(
  'take-payment-delivery',
  `WITH payment AS (
     SELECT p.id FROM digilist.payments p
     WHERE p.tenant_id = $1 AND p.provider_id = $2 AND (p.id = $5::uuid OR p.provider_reference = $6::text)
   ), delivery AS (
     INSERT INTO digilist.payment_deliveries
       (tenant_id, provider_id, event_id, event_type, payment_id, provider_reference, status, created_by, updated_by)
     SELECT $1, $2, $3, $4, (SELECT id FROM payment), $6,
       CASE WHEN EXISTS (SELECT FROM payment) THEN 'taken' WHEN $6::text IS NULL THEN 'ignored' ELSE 'waiting' END, $7, $7
     ON CONFLICT (tenant_id, provider_id, event_id) DO NOTHING
     RETURNING payment_id
   )
   UPDATE digilist.payments p SET check_at = now()
   FROM delivery WHERE p.tenant_id = $1 AND p.id = delivery.payment_id
   RETURNING p.id`,
);
