import type { RefundStep } from '@digilist/contracts';
import { statement } from '@kit/service';
import { named } from '../../database/named-statement.js';
import { SHARE, type ShareRow } from './payments.sql.js';

/** $1 tenant · $2 bookings. In the order of their ids, after the bookings. */
export const LOCK_PAYMENTS_OF_BOOKINGS = statement(
  'lock-payments-of-bookings',
  `SELECT p.id FROM digilist.payments p
   WHERE p.tenant_id = $1 AND p.id IN (
     SELECT pb.payment_id FROM digilist.payment_bookings pb WHERE pb.tenant_id = $1 AND pb.booking_id = ANY ($2::uuid[]))
   ORDER BY p.id FOR NO KEY UPDATE`,
);

/** $1 tenant · $2 bookings. What was agreed about paying back, with all that was paid. */
export const GROUNDS_OF_SETTLEMENT = statement(
  'grounds-of-settlement',
  `SELECT b.id AS "bookingId",
     (SELECT i.snapshot -> 'refundLadder' FROM digilist.booking_items i
       WHERE i.tenant_id = $1 AND i.booking_id = b.id ORDER BY i.id DESC LIMIT 1) AS ladder,
     (SELECT coalesce(jsonb_agg(to_jsonb(s) ORDER BY s."paymentId"), '[]') FROM (
       SELECT ${SHARE}, p.currency FROM digilist.payment_bookings pb
       JOIN digilist.payments p ON p.tenant_id = pb.tenant_id AND p.id = pb.payment_id
       WHERE pb.tenant_id = $1 AND pb.booking_id = b.id AND pb.paid > 0) s) AS shares,
     (SELECT p.id FROM digilist.payment_bookings pb
       JOIN digilist.payments p ON p.tenant_id = pb.tenant_id AND p.id = pb.payment_id
       WHERE pb.tenant_id = $1 AND pb.booking_id = b.id AND p.status IN ('created', 'open') AND p.expires_at > now()
       ORDER BY p.id DESC LIMIT 1) AS "openPaymentId",
     EXISTS (SELECT FROM digilist.booking_history h
       WHERE h.tenant_id = $1 AND h.booking_id = b.id AND h.to_status = 'confirmed') AS granted,
     (SELECT coalesce(jsonb_agg(jsonb_build_object('at', h.created_at, 'startsAt', h.detail #> '{startsAt,from}')), '[]')
       FROM digilist.booking_history h JOIN digilist.bookings m ON m.tenant_id = $1 AND m.id = h.booking_id
       WHERE h.tenant_id = $1 AND h.booking_id = b.id AND h.change = 'rescheduled' AND h.created_by = m.user_id
         AND h.detail ? 'startsAt') AS moves
   FROM unnest($2::uuid[]) AS b (id)`,
);
export interface Grounds extends Record<string, unknown> {
  bookingId: string;
  /** Null: agreed before there were ladders. */
  ladder: RefundStep[] | null;
  shares: (ShareRow & { currency: string })[];
  /** A payment that could still be paid. */
  openPaymentId: string | null;
  /** It was confirmed once. */
  granted: boolean;
  /** Times that its booker has given up for others, as JSON has them. */
  moves: { at: string; startsAt: string }[];
}

export interface WriteSettlements {
  tenantId: string;
  actorId: string;
  /** One entry per booking, in all of them. */
  ids: readonly string[];
  orgIds: readonly string[];
  bookingIds: readonly string[];
  causes: readonly string[];
  totals: readonly number[];
  paid: readonly number[];
  refunds: readonly number[];
  kept: readonly number[];
  currencies: readonly string[];
  percents: readonly number[];
  fees: readonly number[];
}

/** A booking that was given back its life and ends again is settled again. */
export const WRITE_SETTLEMENTS = named<WriteSettlements>(
  'write-settlements',
  `INSERT INTO digilist.booking_settlements AS s
     (tenant_id, id, org_id, booking_id, cause, total, paid, refund, kept, currency, percent, fee, created_by, updated_by)
   SELECT @tenantId, e.*, @actorId, @actorId
   FROM unnest(@ids::uuid[], @orgIds::uuid[], @bookingIds::uuid[], @causes::text[], @totals::bigint[], @paid::bigint[],
     @refunds::bigint[], @kept::bigint[], @currencies::text[], @percents::integer[], @fees::bigint[]) e
   ON CONFLICT (tenant_id, booking_id) DO UPDATE
   SET cause = excluded.cause, total = excluded.total, paid = excluded.paid, refund = excluded.refund, kept = excluded.kept,
     currency = excluded.currency, percent = excluded.percent, fee = excluded.fee, waived_reason = NULL,
     version = s.version + 1, updated_at = now(), updated_by = excluded.updated_by`,
);

/** $1 tenant · $2 payments · $3 actor. Nobody can pay any more what nobody waits for: those without a booking that awaits payment are closed. */
export const CLOSE_PAYMENTS = statement(
  'close-payments',
  `INSERT INTO digilist.payment_calls (tenant_id, payment_id, kind, amount, created_by, updated_by)
   SELECT $1, p.id, 'cancel', 0, $3, $3 FROM digilist.payments p
   WHERE p.tenant_id = $1 AND p.id = ANY ($2::uuid[]) AND p.status = 'open'
     AND NOT EXISTS (SELECT FROM digilist.payment_bookings pb
       JOIN digilist.bookings b ON b.tenant_id = pb.tenant_id AND b.id = pb.booking_id
       WHERE pb.tenant_id = $1 AND pb.payment_id = p.id AND b.status = 'awaiting_payment')
     AND NOT EXISTS (SELECT FROM digilist.payment_calls c
       WHERE c.tenant_id = $1 AND c.payment_id = p.id AND c.kind = 'cancel' AND c.due_at IS NOT NULL)
   RETURNING id`,
);

/** $1 tenant · $2 booking */
export const REFUND_OF_SETTLEMENT = statement(
  'refund-of-settlement',
  'SELECT s.refund::float8 AS refund FROM digilist.booking_settlements s WHERE s.tenant_id = $1 AND s.booking_id = $2',
);

/** $1 tenant · $2 booking */
export const LOCK_SETTLEMENT = statement(
  'lock-settlement',
  `SELECT s.id, s.kept::float8 AS kept, s.currency, s.version FROM digilist.booking_settlements s
   WHERE s.tenant_id = $1 AND s.booking_id = $2 FOR NO KEY UPDATE`,
);
export interface SettlementRow extends Record<string, unknown> {
  id: string;
  kept: number;
  currency: string;
  version: number;
}

/** $1 tenant · $2 settlement · $3 what is given back of what was kept · $4 why · $5 actor */
export const WAIVE_KEPT = statement(
  'waive-kept',
  `UPDATE digilist.booking_settlements s
   SET kept = 0, refund = s.refund + $3, waived_reason = $4, version = s.version + 1, updated_at = now(), updated_by = $5
   WHERE s.tenant_id = $1 AND s.id = $2`,
);
