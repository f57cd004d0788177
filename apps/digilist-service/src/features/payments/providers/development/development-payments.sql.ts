import type { Locale } from '@kit/contracts';
import { statement } from '@kit/service';

const STATE = `p.id, p.reference, p.amount::float8 AS amount, p.currency, p.description, p.return_url AS "returnUrl",
  p.locale, p.captured::float8 AS captured, p.refunded::float8 AS refunded,
  CASE WHEN p.status = 'open' AND p.expires_at <= $2 THEN 'expired' ELSE p.status END AS status`;

export interface DevelopmentPayment extends Record<string, unknown> {
  id: string;
  reference: string;
  amount: number;
  currency: string;
  description: string;
  returnUrl: string;
  locale: Locale;
  captured: number;
  refunded: number;
  status: 'open' | 'expired' | 'authorized' | 'cancelled';
}

/** $1 tenant · $2 now · $3 actor · $4 account · $5 reference · $6 amount · $7 currency · $8 description · $9 return · $10 locale · $11 end */
export const OPEN_PAYMENT = statement(
  'open-development-payment',
  `INSERT INTO digilist.development_payments
     (tenant_id, created_at, updated_at, created_by, updated_by, provider_id, reference, amount, currency, description,
      return_url, locale, expires_at)
   VALUES ($1, $2, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11)
   ON CONFLICT (tenant_id, reference) DO NOTHING`,
);

/** $1 tenant · $2 now · $3 reference */
export const FIND_PAYMENT = statement(
  'find-development-payment',
  `SELECT ${STATE} FROM digilist.development_payments p WHERE p.tenant_id = $1 AND p.reference = $3`,
);

/** $1 tenant · $2 now · $3 id */
export const SHOW_PAYMENT = statement(
  'show-development-payment',
  `SELECT ${STATE} FROM digilist.development_payments p WHERE p.tenant_id = $1 AND p.id = $3`,
);

const CHANGED = 'tell_at = $2::timestamptz, attempts = 0, updated_at = $2, updated_by = $3, version = version + 1';

/** $1 tenant · $2 now · $3 actor · $4 id · $5 authorized or cancelled */
export const DECIDE_PAYMENT = statement(
  'decide-development-payment',
  `UPDATE digilist.development_payments SET status = $5, ${CHANGED}
   WHERE tenant_id = $1 AND id = $4 AND status = 'open' AND expires_at > $2 RETURNING id`,
);

/** $1 tenant · $2 now · $3 actor · $4 reference · $5 key · $6 what is asked under it · $7 amount. No row: it was not done now. */
const change = (name: string, set: string, when: string) =>
  statement(
    name,
    `UPDATE digilist.development_payments SET ${set}, calls = calls || jsonb_build_object($5::text, $6::text), ${CHANGED}
     WHERE tenant_id = $1 AND reference = $4 AND NOT calls ? $5 AND ${when} RETURNING id`,
  );

export const CHANGES = {
  capture: change(
    'capture-development-payment',
    'captured = captured + $7::bigint',
    `status = 'authorized' AND captured + $7::bigint <= amount`,
  ),
  refund: change('refund-development-payment', 'refunded = refunded + $7::bigint', 'refunded + $7::bigint <= captured'),
  cancel: change(
    'cancel-development-payment',
    `status = 'cancelled'`,
    `status <> 'cancelled' AND captured = 0 AND $7::bigint = 0`,
  ),
} as const;

/** $1 tenant · $2 reference · $3 key */
export const FIND_CALL = statement(
  'find-development-call',
  'SELECT calls ->> $3 AS asked, status FROM digilist.development_payments WHERE tenant_id = $1 AND reference = $2',
);

/** $1 how many · $2 seconds that a claim holds. For the role that sees all tenants. */
export const CLAIM_UNTOLD = `
  UPDATE digilist.development_payments p
  SET tell_at = now() + make_interval(secs => $2), attempts = p.attempts + 1
  FROM (
    SELECT u.tenant_id, u.id FROM digilist.development_payments u WHERE u.tell_at <= now()
    ORDER BY u.tell_at LIMIT $1 FOR UPDATE SKIP LOCKED
  ) due
  JOIN digilist.payment_providers a ON a.tenant_id = due.tenant_id AND a.provider = 'development'
  WHERE p.tenant_id = due.tenant_id AND p.id = due.id
  RETURNING p.tenant_id AS "tenantId", p.id, p.reference, p.version, p.attempts, a.id AS "accountId",
    a.development_secret AS secret,
    CASE WHEN p.refunded > 0 THEN 'refunded' WHEN p.captured > 0 THEN 'captured' ELSE p.status END AS what`;
export interface Untold {
  tenantId: string;
  id: string;
  reference: string;
  version: number;
  attempts: number;
  accountId: string;
  secret: string;
  what: string;
}

/** $1 tenant · $2 id · $3 version that was told · $4 attempts · $5 seconds until the next one; null: there is none */
export const MARK_TOLD = `
  UPDATE digilist.development_payments SET tell_at = now() + make_interval(secs => $5)
  WHERE tenant_id = $1 AND id = $2 AND version = $3 AND attempts = $4`;
