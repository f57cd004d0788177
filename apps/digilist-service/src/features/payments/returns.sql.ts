import type { Refund, RefundCause, RefundStatus } from '@digilist/contracts';
import { statement } from '@kit/service';
import { named } from '../../database/named-statement.js';
import { iso } from '../../database/shapes.js';

export interface PromiseRefunds {
  tenantId: string;
  actorId: string;
  /** One entry per refund, in all of them. */
  ids: readonly string[];
  paymentIds: readonly string[];
  bookingIds: readonly string[];
  orgIds: readonly string[];
  amounts: readonly number[];
  currencies: readonly string[];
  causes: readonly string[];
  reasons: readonly (string | null)[];
}

/**
 * Refunds, and the calls that carry them out. Answers those that were promised: never more than was paid and is not
 * promised yet, whoever asks at the same time.
 */
export const PROMISE_REFUNDS = named<PromiseRefunds>(
  'promise-refunds',
  `WITH wanted AS (
     SELECT * FROM unnest(@ids::uuid[], @paymentIds::uuid[], @bookingIds::uuid[], @orgIds::uuid[], @amounts::bigint[],
       @currencies::text[], @causes::text[], @reasons::text[])
       AS w (id, payment_id, booking_id, org_id, amount, currency, cause, reason)
   ), shares AS (
     UPDATE digilist.payment_bookings pb
     SET promised = pb.promised + w.amount, version = pb.version + 1, updated_at = now(), updated_by = @actorId
     FROM wanted w
     WHERE pb.tenant_id = @tenantId AND pb.payment_id = w.payment_id AND pb.booking_id = w.booking_id
       AND pb.paid - pb.promised >= w.amount
     RETURNING w.*
   ), payments AS (
     UPDATE digilist.payments p SET promised = p.promised + s.amount, updated_at = now(), updated_by = @actorId
     FROM (SELECT payment_id, sum(amount) AS amount FROM shares GROUP BY payment_id) s
     WHERE p.tenant_id = @tenantId AND p.id = s.payment_id
   ), written AS (
     INSERT INTO digilist.refunds (tenant_id, id, org_id, payment_id, booking_id, amount, currency, cause, reason, created_by, updated_by)
     SELECT @tenantId, s.id, s.org_id, s.payment_id, s.booking_id, s.amount, s.currency, s.cause, s.reason, @actorId, @actorId
     FROM shares s
   ), calls AS (
     INSERT INTO digilist.payment_calls (tenant_id, payment_id, refund_id, kind, amount, created_by, updated_by)
     SELECT @tenantId, s.payment_id, s.id, 'refund', s.amount, @actorId, @actorId FROM shares s ORDER BY s.id
   )
   SELECT id FROM shares`,
);

export interface RefundRow extends Record<string, unknown> {
  id: string;
  paymentId: string;
  bookingId: string;
  orgId: string;
  amount: number;
  currency: string;
  cause: RefundCause;
  status: RefundStatus;
  version: number;
}

/** $1 tenant · $2 id */
export const LOCK_REFUND = statement(
  'lock-refund',
  `SELECT r.id, r.payment_id AS "paymentId", r.booking_id AS "bookingId", r.org_id AS "orgId", r.amount::float8 AS amount,
     r.currency, r.cause, r.status, r.version
   FROM digilist.refunds r WHERE r.tenant_id = $1 AND r.id = $2 FOR NO KEY UPDATE`,
);

/** $1 tenant · $2 refund · $3 actor. Sums rise once: only from a refund that was not confirmed before. */
export const CONFIRM_REFUND = statement(
  'confirm-refund',
  `WITH refund AS (
     UPDATE digilist.refunds r
     SET status = 'confirmed', confirmed_at = now(), version = r.version + 1, updated_at = now(), updated_by = $3
     WHERE r.tenant_id = $1 AND r.id = $2 AND r.status IN ('pending', 'failed')
     RETURNING r.version, r.payment_id, r.booking_id, r.amount
   ), share AS (
     UPDATE digilist.payment_bookings pb
     SET refunded = pb.refunded + refund.amount, version = pb.version + 1, updated_at = now(), updated_by = $3
     FROM refund WHERE pb.tenant_id = $1 AND pb.payment_id = refund.payment_id AND pb.booking_id = refund.booking_id
   ), payment AS (
     UPDATE digilist.payments p
     SET refunded = p.refunded + refund.amount, status = CASE WHEN p.refunded + refund.amount = p.captured THEN 'refunded' ELSE p.status END,
       version = p.version + 1, updated_at = now(), updated_by = $3
     FROM refund WHERE p.tenant_id = $1 AND p.id = refund.payment_id
     RETURNING p.version, p.status
   )
   SELECT refund.version, payment.version AS "paymentVersion", payment.status AS "paymentStatus",
     -- Of what was promised for the booking: refunds that are still on their way.
     (SELECT count(*)::integer FROM digilist.refunds o
       WHERE o.tenant_id = $1 AND o.booking_id = refund.booking_id AND o.id <> $2 AND o.status IN ('pending', 'failed')) AS pending
   FROM refund, payment`,
);
export interface ConfirmedRefund extends Record<string, unknown> {
  version: number;
  paymentVersion: number;
  paymentStatus: 'captured' | 'refunded';
  pending: number;
}

/** $1 tenant · $2 refund · $3 status · $4 actor */
export const NOTE_REFUND = statement(
  'note-refund',
  `UPDATE digilist.refunds r SET status = $3, version = r.version + 1, updated_at = now(), updated_by = $4
   WHERE r.tenant_id = $1 AND r.id = $2 AND r.status IN ('pending', 'failed') AND r.status <> $3 RETURNING r.version`,
);

/** $1 tenant · $2 refund · $3 actor. A new key: the provider has said that it did not happen under the last. */
export const CALL_REFUND_AGAIN = statement(
  'call-refund-again',
  `WITH again AS (
     UPDATE digilist.refunds r SET status = 'pending', version = r.version + 1, updated_at = now(), updated_by = $3
     WHERE r.tenant_id = $1 AND r.id = $2 AND r.status = 'failed' RETURNING r.id, r.payment_id, r.amount
   )
   INSERT INTO digilist.payment_calls (tenant_id, payment_id, refund_id, kind, amount, created_by, updated_by)
   SELECT $1, again.payment_id, again.id, 'refund', again.amount, $3, $3 FROM again RETURNING id`,
);

const REFUND = `r.id, r.payment_id AS "paymentId", r.booking_id AS "bookingId",
  jsonb_build_object('amount', r.amount, 'currency', r.currency) AS amount, r.cause, r.reason, r.status,
  ${iso('r.created_at')} AS "createdAt", ${iso('r.confirmed_at')} AS "confirmedAt", r.version`;
export type RefundAnswer = Refund & Record<string, unknown>;

/** $1 tenant · $2 id */
export const GET_REFUND = statement(
  'get-refund',
  `SELECT ${REFUND} FROM digilist.refunds r WHERE r.tenant_id = $1 AND r.id = $2`,
);
/** $1 tenant · $2 payment */
export const LIST_REFUNDS = statement(
  'list-refunds',
  `SELECT ${REFUND} FROM digilist.refunds r WHERE r.tenant_id = $1 AND r.payment_id = $2 ORDER BY r.id`,
);
