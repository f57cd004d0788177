import { statement } from '@kit/service';
import type { CallKind } from './domain/calls.js';

const ACTOR = `(SELECT t.service_user_id FROM digilist.platform_tenants t WHERE t.id = p.tenant_id) AS "actorId"`;

/**
 * Across tenants: payments whose provider is to be asked now. Taking one up puts it off for a while, which grows while
 * nothing can be learned. $1 now · $2 how many · $3 longest wait in seconds
 */
export const CLAIM_CHECKS = `
  WITH due AS (
    SELECT p.tenant_id, p.id FROM digilist.payments p WHERE p.check_at <= $1::timestamptz
    ORDER BY p.check_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
  )
  UPDATE digilist.payments p
  SET checks = p.checks + 1, check_at = $1::timestamptz + least($3, 30 * power(2, least(p.checks, 10))) * interval '1 second'
  FROM due WHERE p.tenant_id = due.tenant_id AND p.id = due.id
  RETURNING p.tenant_id AS "tenantId", p.id, p.check_at AS "againAt", p.checks, ${ACTOR}`;

export interface ClaimedCheck {
  tenantId: string;
  id: string;
  /** When it is asked again, unless something happens before. */
  againAt: Date;
  checks: number;
  actorId: string | null;
}

/** $1 tenant · $2 payment · $3 as it was put off when it was taken up · $4 when it is asked next; somebody may have news meanwhile */
export const CHECK_NEXT = statement(
  'check-payment-next',
  `UPDATE digilist.payments p SET checks = 0, check_at = $4
   WHERE p.tenant_id = $1 AND p.id = $2 AND p.check_at = $3`,
);
/** $1 tenant · $2 payment */
export const CHECK_NOW = statement(
  'check-payment-now',
  'UPDATE digilist.payments p SET check_at = now() WHERE p.tenant_id = $1 AND p.id = $2',
);

/**
 * Across tenants: calls that are due, one of a payment at a time and in their order. What is sent and was never heard of
 * comes up again, too. $1 now · $2 how many · $3 seconds for which one is at hand · $4 only of this payment, or null
 */
export const CLAIM_CALLS = `
  WITH due AS (
    SELECT c.tenant_id, c.id FROM digilist.payment_calls c
    WHERE c.due_at <= $1::timestamptz AND c.kind <> 'checkout' AND ($4::uuid IS NULL OR c.payment_id = $4) AND NOT EXISTS (
      SELECT FROM digilist.payment_calls e
      WHERE e.tenant_id = c.tenant_id AND e.payment_id = c.payment_id AND e.id < c.id AND e.due_at IS NOT NULL AND e.kind <> 'checkout')
    ORDER BY c.due_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
  )
  UPDATE digilist.payment_calls c
  SET status = 'sent', attempts = c.attempts + 1, due_at = $1::timestamptz + $3 * interval '1 second',
    version = c.version + 1, updated_at = now()
  FROM due JOIN digilist.payments p ON p.tenant_id = due.tenant_id
  WHERE c.tenant_id = due.tenant_id AND c.id = due.id AND p.id = c.payment_id
  RETURNING c.tenant_id AS "tenantId", c.id, c.payment_id AS "paymentId", c.refund_id AS "refundId", c.kind, c.attempts,
    c.version, c.amount::float8 AS amount, p.currency, p.provider_id AS "providerId",
    p.provider_reference AS "providerReference", p.refunded::float8 AS refunded, ${ACTOR}`;

export interface ClaimedCall {
  tenantId: string;
  id: string;
  paymentId: string;
  refundId: string | null;
  kind: CallKind;
  attempts: number;
  /** Of the row: whoever takes the call up later has another one. */
  version: number;
  amount: number;
  currency: string;
  providerId: string;
  providerReference: string | null;
  /** Given back of the payment before. */
  refunded: number;
  actorId: string | null;
}

/** $1 tenant · $2 call · $3 version when it was taken up · $4 what came of it · $5 when it is tried again · $6 detail · $7 actor */
export const NOTE_CALL = statement(
  'note-payment-call',
  `UPDATE digilist.payment_calls c
   SET status = $4, due_at = $5, detail = $6, version = c.version + 1, updated_at = now(), updated_by = $7
   WHERE c.tenant_id = $1 AND c.id = $2 AND c.version = $3 AND c.due_at IS NOT NULL
   RETURNING c.id`,
);

/** $1 tenant · $2 payment · $3 kind of call or null: any. Puts off what was waiting no longer. */
export const HURRY_CALLS = statement(
  'hurry-payment-calls',
  `UPDATE digilist.payment_calls c SET due_at = now()
   WHERE c.tenant_id = $1 AND c.payment_id = $2 AND c.status IN ('pending', 'unknown') AND ($3::text IS NULL OR c.kind = $3)`,
);
