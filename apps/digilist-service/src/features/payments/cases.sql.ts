import type { CaseKind, PaymentCase } from '@digilist/contracts';
import { statement } from '@kit/service';
import { iso } from '../../database/shapes.js';

/** $1 tenant · $2 organization · $3 payment · $4 refund · $5 kind · $6 detail · $7 actor. Nothing where there is one. */
export const OPEN_CASE = statement(
  'open-payment-case',
  `INSERT INTO digilist.payment_cases (tenant_id, org_id, payment_id, refund_id, kind, detail, created_by, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
   ON CONFLICT (tenant_id, payment_id, kind, refund_id) WHERE status = 'open' DO NOTHING
   RETURNING id`,
);

/** $1 tenant · $2 payment · $3 refund · $4 kind · $5 actor */
export const RESOLVE_BY_ITSELF = statement(
  'resolve-payment-case-by-itself',
  `UPDATE digilist.payment_cases c
   SET status = 'resolved', resolution = 'itself', resolved_at = now(), version = c.version + 1, updated_at = now(), updated_by = $5
   WHERE c.tenant_id = $1 AND c.payment_id = $2 AND c.kind = $4 AND c.status = 'open' AND c.refund_id IS NOT DISTINCT FROM $3::uuid
   RETURNING c.id, c.version, c.org_id AS "orgId"`,
);

export interface CaseRow extends Record<string, unknown> {
  id: string;
  orgId: string;
  paymentId: string;
  refundId: string | null;
  kind: CaseKind;
  status: 'open' | 'resolved';
  detail: { finding?: string };
  version: number;
}

/** $1 tenant · $2 id */
export const LOCK_CASE = statement(
  'lock-payment-case',
  `SELECT c.id, c.org_id AS "orgId", c.payment_id AS "paymentId", c.refund_id AS "refundId", c.kind, c.status, c.detail, c.version
   FROM digilist.payment_cases c WHERE c.tenant_id = $1 AND c.id = $2 FOR NO KEY UPDATE`,
);

/** $1 tenant · $2 id · $3 resolution · $4 note · $5 actor */
export const RESOLVE_CASE = statement(
  'resolve-payment-case',
  `UPDATE digilist.payment_cases c
   SET status = 'resolved', resolution = $3, note = $4, resolved_at = now(), resolved_by = $5,
     version = c.version + 1, updated_at = now(), updated_by = $5
   WHERE c.tenant_id = $1 AND c.id = $2`,
);

const CASE = `c.id, c.payment_id AS "paymentId", c.refund_id AS "refundId", c.org_id AS "orgId", c.kind, c.status,
  jsonb_build_object('amount', coalesce(r.amount, p.amount), 'currency', p.currency) AS amount,
  coalesce(c.detail ->> 'finding', '') AS finding, c.resolution, c.note, ${iso('c.created_at')} AS "createdAt",
  ${iso('c.resolved_at')} AS "resolvedAt", c.version`;
const FROM = `digilist.payment_cases c
  JOIN digilist.payments p ON p.tenant_id = c.tenant_id AND p.id = c.payment_id
  LEFT JOIN digilist.refunds r ON r.tenant_id = c.tenant_id AND r.id = c.refund_id`;
export type CaseAnswer = PaymentCase & Record<string, unknown>;

/** $1 tenant · $2 id */
export const GET_CASE = statement(
  'get-payment-case',
  `SELECT ${CASE} FROM ${FROM} WHERE c.tenant_id = $1 AND c.id = $2`,
);

/** $1 tenant · $2 status · $3 organizations or null: all · $4 after this id · $5 how many */
export const LIST_CASES = statement(
  'list-payment-cases',
  `SELECT ${CASE} FROM ${FROM}
   WHERE c.tenant_id = $1 AND c.status = $2 AND ($3::uuid[] IS NULL OR c.org_id = ANY ($3)) AND ($4::uuid IS NULL OR c.id > $4)
   ORDER BY c.id LIMIT $5`,
);
