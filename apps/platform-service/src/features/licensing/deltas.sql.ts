import { statement } from '@kit/service';
import type { GrantLayer } from '@platform/contracts';

export interface GrantRow extends Record<string, unknown> {
  id: string;
  module_key: string;
  layer: GrantLayer;
  reason: string;
  valid_from: Date;
  valid_until: Date | null;
}

export const ACTIVE_GRANTS = statement(
  'licensing-active-grants',
  `SELECT id, module_key, layer, reason, valid_from, valid_until FROM platform.entitlement_grants
   WHERE tenant_id = $1 AND status = 'active' ORDER BY layer, id`,
);

export const REVOKE_GRANT = statement(
  'licensing-revoke-grant',
  `UPDATE platform.entitlement_grants SET status = 'revoked', updated_at = $4, updated_by = $5, version = version + 1
   WHERE tenant_id = $1 AND module_key = $2 AND layer = $3 AND status = 'active' RETURNING id`,
);

export const INSERT_GRANT = statement(
  'licensing-insert-grant',
  `INSERT INTO platform.entitlement_grants
     (tenant_id, module_key, layer, reason, valid_from, valid_until, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, $8) RETURNING id`,
);

export const REVOKE_DELTAS_OF_GRANT = statement(
  'licensing-revoke-deltas-of-grant',
  `UPDATE platform.limit_deltas SET status = 'revoked', updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND grant_id = $2 AND status = 'active' RETURNING meter`,
);

export const REVOKE_DELTA = statement(
  'licensing-revoke-delta',
  `UPDATE platform.limit_deltas SET status = 'revoked', updated_at = $4, updated_by = $5, version = version + 1
   WHERE tenant_id = $1 AND meter = $2 AND layer = $3 AND status = 'active' RETURNING meter`,
);

export const INSERT_DELTA = statement(
  'licensing-insert-delta',
  `INSERT INTO platform.limit_deltas
     (tenant_id, meter, layer, grant_id, amount, reason, valid_from, valid_until, created_at, created_by, updated_at,
      updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9, $10)`,
);

/** One grace at a time: a second fall does not lengthen the first one's. */
export const INSERT_GRACE = statement(
  'licensing-insert-grace',
  `INSERT INTO platform.limit_deltas
     (tenant_id, meter, layer, amount, reason, valid_from, valid_until, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, 'grace', $3, 'over limit', $4, $5, $4, $6, $4, $6)
   ON CONFLICT (tenant_id, meter, layer) WHERE status = 'active' DO NOTHING`,
);

/** What has run out, by the clock of the transaction; answers the meters whose limits that changes. */
export const EXPIRE_DELTAS = statement(
  'licensing-expire-deltas',
  `WITH grants AS (
     UPDATE platform.entitlement_grants SET status = 'expired', updated_at = $2, updated_by = $3, version = version + 1
     WHERE tenant_id = $1 AND status = 'active' AND valid_until <= $2
   )
   UPDATE platform.limit_deltas SET status = 'expired', updated_at = $2, updated_by = $3, version = version + 1
   WHERE tenant_id = $1 AND status = 'active' AND valid_until <= $2 RETURNING meter, layer`,
);

export interface DeltaRow extends Record<string, unknown> {
  meter: string;
  layer: GrantLayer | 'override' | 'grace';
  amount: string | null;
  reason: string;
  valid_from: Date;
  valid_until: Date | null;
}

export const ACTIVE_DELTAS = statement(
  'licensing-active-deltas',
  `SELECT meter, layer, amount, reason, valid_from, valid_until FROM platform.limit_deltas
   WHERE tenant_id = $1 AND status = 'active'`,
);

/** Instants ahead at which something given beside the plan begins or ends. */
export const NEXT_DELTA = statement(
  'licensing-next-delta',
  `SELECT min(instant) AS at FROM (
     SELECT unnest(ARRAY[valid_from, valid_until]) AS instant FROM platform.entitlement_grants
     WHERE tenant_id = $1 AND status = 'active'
     UNION ALL
     SELECT unnest(ARRAY[valid_from, valid_until]) FROM platform.limit_deltas WHERE tenant_id = $1 AND status = 'active'
   ) ahead WHERE instant > $2`,
);
