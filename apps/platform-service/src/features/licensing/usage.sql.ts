import { statement } from '@kit/service';
import type { MeterDefinition, MeterPeriod } from '@platform/contracts';

export interface MeterRow extends Record<string, unknown> {
  timezone: string;
  meters: MeterDefinition[] | null;
  amount: string | null;
  limited: boolean;
  due: boolean;
}

/** What is needed to count on a meter: where the tenant's clock stands, what the product registered, and the limit. */
export const METER = statement(
  'licensing-meter',
  `SELECT t.timezone, p.manifest->'meters' AS meters, l.amount, l.meter IS NOT NULL AS limited,
          coalesce(t.licence_due_at <= $4, false) AS due
   FROM platform.tenants t
   LEFT JOIN platform.products p ON p.key = $2
   LEFT JOIN platform.effective_limits($1, $4) l ON l.meter = $3
   WHERE t.tenant_id = $1`,
);

export const ENSURE_COUNTER = statement(
  'licensing-ensure-counter',
  `INSERT INTO platform.usage_counters
     (tenant_id, meter, period_key, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $4, $5)
   ON CONFLICT (tenant_id, meter, period_key) DO NOTHING`,
);

const STEP = `CASE WHEN $7::boolean AND bound.allowed - c.granted < $4::bigint THEN bound.allowed - c.granted ELSE $4::bigint END`;

/**
 * One statement decides, takes and notes it, so however many ask at once, the limit holds. The limit is the one of this
 * moment; where several products bound the same counter, the smallest.
 *
 * $1 tenant · $2 counter · $3 period · $4 amount · $5 now · $6 actor · $7 true: what is left will do · $8 kind ·
 * $9 event · $10 thresholds
 */
export const TAKE = statement(
  'licensing-take',
  `WITH taken AS (
     UPDATE platform.usage_counters c
     SET granted = c.granted + ${STEP}, updated_at = $5, updated_by = $6, version = c.version + 1,
         threshold_reached = greatest(c.threshold_reached, (
           SELECT max(t) FROM unnest($10::int[]) AS t WHERE (c.granted + ${STEP}) * 100 >= bound.amount * t))
     FROM (SELECT min(l.amount) AS amount, min(l.allowed) AS allowed
           FROM platform.effective_limits($1, $5) l WHERE l.counter = $2) bound
     WHERE c.tenant_id = $1 AND c.meter = $2 AND c.period_key = $3 AND ${STEP} > 0
       AND (bound.allowed IS NULL OR c.granted + ${STEP} <= bound.allowed)
     RETURNING c.id, c.version, new.granted - old.granted AS amount, c.granted AS used, bound.amount AS limit_amount,
       old.threshold_reached AS told, new.threshold_reached AS reached
   ),
   noted AS (
     INSERT INTO platform.usage_events (tenant_id, counter_id, kind, amount, event_id, created_at, created_by)
     SELECT $1, id, $8, amount, $9, $5, $6 FROM taken
     ON CONFLICT (tenant_id, event_id) DO NOTHING RETURNING id
   )
   SELECT taken.*, EXISTS (SELECT FROM noted) AS noted FROM taken`,
);

export interface TakenRow extends Record<string, unknown> {
  id: string;
  version: number;
  amount: string;
  used: string;
  limit_amount: string | null;
  told: number;
  reached: number;
  /** false: another request noted the same event first, and this one must be undone. */
  noted: boolean;
}

/** Never below zero. $1 tenant · $2 counter · $3 period · $4 amount · $5 now · $6 actor · $7 kind · $8 event */
export const GIVE_BACK = statement(
  'licensing-give-back',
  `WITH given AS (
     UPDATE platform.usage_counters c
     SET granted = c.granted - least(c.granted, $4::bigint), updated_at = $5, updated_by = $6, version = c.version + 1
     WHERE c.tenant_id = $1 AND c.meter = $2 AND c.period_key = $3
     RETURNING c.id, old.granted - new.granted AS amount, new.granted AS used
   ),
   noted AS (
     INSERT INTO platform.usage_events (tenant_id, counter_id, kind, amount, event_id, created_at, created_by)
     SELECT $1, id, $7, -amount, $8, $5, $6 FROM given WHERE amount > 0
   )
   SELECT * FROM given`,
);

/** What nobody committed in time goes back into its counter. $1 tenant · $2 counter id or null for all · $3 now · $4 actor */
export const EXPIRE_RESERVATIONS = statement(
  'licensing-expire-reservations',
  `WITH gone AS (
     UPDATE platform.usage_reservations
     SET status = 'expired', updated_at = $3, updated_by = $4, version = version + 1
     WHERE tenant_id = $1 AND ($2::uuid IS NULL OR counter_id = $2) AND status = 'open' AND expires_at <= $3
     RETURNING counter_id, amount
   ),
   back AS (
     UPDATE platform.usage_counters c
     SET granted = c.granted - sums.amount, updated_at = $3, updated_by = $4, version = c.version + 1
     FROM (SELECT counter_id, sum(amount)::bigint AS amount FROM gone GROUP BY counter_id) sums
     WHERE c.tenant_id = $1 AND c.id = sums.counter_id
   ),
   noted AS (
     INSERT INTO platform.usage_events (tenant_id, counter_id, kind, amount, created_at, created_by)
     SELECT $1, counter_id, 'release', -amount, $3, $4 FROM gone
   )
   SELECT count(*)::int AS expired FROM gone`,
);

export interface CounterRow extends Record<string, unknown> {
  id: string;
  used: string;
  leased: string;
  returned: string;
}

export const COUNTER = statement(
  'licensing-counter',
  `SELECT c.id, c.granted AS used, c.returned,
          (SELECT coalesce(sum(l.amount), 0) FROM platform.usage_leases l
           WHERE l.tenant_id = c.tenant_id AND l.counter_id = c.id) AS leased
   FROM platform.usage_counters c WHERE c.tenant_id = $1 AND c.meter = $2 AND c.period_key = $3`,
);

export const MARK_RETURNED = statement(
  'licensing-mark-returned',
  `UPDATE platform.usage_counters SET returned = $3::bigint, updated_at = $4, updated_by = $5, version = version + 1
   WHERE tenant_id = $1 AND id = $2 AND returned < $3::bigint RETURNING new.returned - old.returned AS amount`,
);

export const EVENT_COUNTED = statement(
  'licensing-event-counted',
  `SELECT c.period_key, c.granted AS used FROM platform.usage_events e
   JOIN platform.usage_counters c ON c.tenant_id = e.tenant_id AND c.id = e.counter_id
   WHERE e.tenant_id = $1 AND e.event_id = $2 AND c.meter = $3`,
);

/** Bounds of a counter at an instant, for an answer that refuses. */
export const BOUND = statement(
  'licensing-bound',
  `SELECT min(l.amount) AS amount, min(l.allowed) AS allowed,
          (SELECT c.granted FROM platform.usage_counters c
           WHERE c.tenant_id = $1 AND c.meter = $2 AND c.period_key = $3) AS used
   FROM platform.effective_limits($1, $4) l WHERE l.counter = $2`,
);

export interface BoundRow extends Record<string, unknown> {
  amount: string | null;
  allowed: string | null;
  used: string | null;
}

/** Plans on offer that give more of a meter that bounds the counter, the smallest step first. */
export const UPGRADES = statement(
  'licensing-upgrades',
  `SELECT product, key, plan_version, amount FROM (
     SELECT DISTINCT ON (p.product, p.key) p.product, p.key, p.plan_version,
            (p.definition->'limits'->>l.meter)::bigint AS amount, l.amount AS current
     FROM platform.effective_limits($1, $3) l
     JOIN platform.plans p ON p.product = split_part(l.meter, '.', 1) AND p.status = 'active'
     WHERE l.counter = $2 AND p.definition->'limits' ? l.meter
     ORDER BY p.product, p.key, p.plan_version DESC
   ) offers
   WHERE amount IS NULL OR amount > current
   ORDER BY product, amount NULLS LAST, key LIMIT 5`,
);

export const LEASE_BY_REQUEST = statement(
  'licensing-lease-by-request',
  `SELECT l.amount, c.granted
   FROM platform.usage_leases l
   JOIN platform.usage_counters c ON c.tenant_id = l.tenant_id AND c.id = l.counter_id
   WHERE l.tenant_id = $1 AND l.request_id = $2 AND c.meter = $3`,
);

export interface LeaseRow extends Record<string, unknown> {
  amount: string;
  granted: string;
}

export const INSERT_LEASE = statement(
  'licensing-insert-lease',
  `INSERT INTO platform.usage_leases (tenant_id, counter_id, request_id, amount, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $5, $6) ON CONFLICT (tenant_id, request_id) DO NOTHING RETURNING id`,
);

export interface ReservationRow extends Record<string, unknown> {
  id: string;
  meter: string;
  period_key: string;
  counter_id: string;
  amount: string;
  committed: string | null;
  status: 'open' | 'committed' | 'released' | 'expired';
  expires_at: Date;
  used: string;
}

const RESERVATION = `r.id, c.meter, c.period_key, r.counter_id, r.amount, r.committed, r.status, r.expires_at,
  c.granted AS used`;

export const RESERVATION_BY_EVENT = statement(
  'licensing-reservation-by-event',
  `SELECT ${RESERVATION} FROM platform.usage_reservations r
   JOIN platform.usage_counters c ON c.tenant_id = r.tenant_id AND c.id = r.counter_id
   WHERE r.tenant_id = $1 AND r.event_id = $2 AND c.meter = $3`,
);

export const LOCK_RESERVATION = statement(
  'licensing-lock-reservation',
  `SELECT ${RESERVATION} FROM platform.usage_reservations r
   JOIN platform.usage_counters c ON c.tenant_id = r.tenant_id AND c.id = r.counter_id
   WHERE r.tenant_id = $1 AND r.id = $2 FOR UPDATE OF r`,
);

export const INSERT_RESERVATION = statement(
  'licensing-insert-reservation',
  `INSERT INTO platform.usage_reservations
     (tenant_id, counter_id, event_id, amount, expires_at, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $7) RETURNING id`,
);

export const CLOSE_RESERVATION = statement(
  'licensing-close-reservation',
  `UPDATE platform.usage_reservations
   SET status = $3, committed = $4, updated_at = $5, updated_by = $6, version = version + 1
   WHERE tenant_id = $1 AND id = $2`,
);

export const TENANT_TIMEZONE = statement(
  'licensing-tenant-timezone',
  'SELECT timezone FROM platform.tenants WHERE tenant_id = $1',
);

export interface LimitRow extends Record<string, unknown> {
  meter: string;
  counter: string;
  period: MeterPeriod;
  plan_amount: string | null;
  layer: 'addon' | 'grant' | 'override' | null;
  amount: string | null;
  allowed: string | null;
  grace_until: Date | null;
  module_key: string;
}

export const LIST_LIMITS = statement(
  'licensing-list-limits',
  `SELECT l.meter, l.counter, l.period, l.plan_amount, l.layer, l.amount, l.allowed, l.grace_until, e.module_key
   FROM platform.effective_limits($1, $4) l
   JOIN platform.entitlements e ON e.tenant_id = $1 AND e.id = l.entitlement_id
   WHERE $2::text IS NULL OR l.meter > $2
   ORDER BY l.meter LIMIT $3`,
);

/** $2 counters · $3 their periods · $4 now. What expired reservations hold is free already. */
export const COUNTERS = statement(
  'licensing-counters',
  `SELECT c.meter, c.period_key, c.threshold_reached,
          c.granted - coalesce((SELECT sum(r.amount) FROM platform.usage_reservations r
            WHERE r.tenant_id = c.tenant_id AND r.counter_id = c.id AND r.status = 'open' AND r.expires_at <= $4), 0)
            AS used,
          coalesce((SELECT sum(r.amount) FROM platform.usage_reservations r
            WHERE r.tenant_id = c.tenant_id AND r.counter_id = c.id AND r.status = 'open' AND r.expires_at > $4), 0)
            AS reserved
   FROM unnest($2::text[], $3::text[]) AS wanted (meter, period_key)
   JOIN platform.usage_counters c
     ON c.tenant_id = $1 AND c.meter = wanted.meter AND c.period_key = wanted.period_key`,
);

export interface UsedRow extends Record<string, unknown> {
  meter: string;
  period_key: string;
  threshold_reached: number;
  used: string;
  reserved: string;
}

/** Past and running periods of one counter, the newest first. $3 before which, or null */
export const COUNTER_HISTORY = statement(
  'licensing-counter-history',
  `SELECT period_key, granted AS used, threshold_reached FROM platform.usage_counters
   WHERE tenant_id = $1 AND meter = $2 AND ($3::text IS NULL OR period_key < $3)
   ORDER BY period_key DESC LIMIT $4`,
);
