import type { RefundStep } from '@digilist/contracts';
import { statement } from '@kit/service';

/** $1 tenant · $2 listing or null: the tenant's own */
export const READ_TERMS = statement(
  'read-refund-terms',
  `SELECT r.steps, r.status, r.version FROM digilist.refund_terms r
   WHERE r.tenant_id = $1 AND r.listing_id IS NOT DISTINCT FROM $2::uuid`,
);
export interface TermsRow extends Record<string, unknown> {
  steps: RefundStep[];
  status: 'active' | 'retired';
  version: number;
}

/** $1 tenant · $2 organization · $3 listing · $4 steps · $5 status · $6 actor · $7 version that was read, 0: there was none */
export const PUT_TERMS = statement(
  'put-refund-terms',
  `INSERT INTO digilist.refund_terms AS r (tenant_id, org_id, listing_id, steps, status, created_by, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $6)
   ON CONFLICT (tenant_id, listing_id) DO UPDATE
   SET steps = excluded.steps, status = excluded.status, version = r.version + 1, updated_at = now(), updated_by = $6
   WHERE $7::integer IS NULL OR r.version = $7
   RETURNING r.version`,
);

/** $1 tenant · $2 a listing to leave out, or null · $3 actor. Those without terms of their own, in one order, so that nobody waits in a circle. */
export const RAISE_LISTINGS_OF_TERMS = statement(
  'raise-listings-of-refund-terms',
  `WITH followers AS (
     SELECT l.id FROM digilist.listings l
     WHERE l.tenant_id = $1 AND ($2::uuid IS NULL OR l.id <> $2)
       AND NOT EXISTS (SELECT FROM digilist.refund_terms r
         WHERE r.tenant_id = $1 AND r.listing_id = l.id AND r.status = 'active')
     ORDER BY l.id FOR NO KEY UPDATE
   )
   UPDATE digilist.listings l SET version = l.version + 1, updated_at = now(), updated_by = $3
   FROM followers WHERE l.tenant_id = $1 AND l.id = followers.id
   RETURNING l.id, l.org_id AS "orgId", l.status, l.version`,
);
