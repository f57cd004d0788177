import type { BillingRunBuyer, BookingStatus } from '@digilist/contracts';
import { statement } from '@kit/service';
import { named } from '../../database/named-statement.js';
import { iso } from '../../database/shapes.js';

/** Bookings `b` to be paid by invoice that end within a period, with what is kept of those that were called off. */
const IN_PERIOD = `
  FROM digilist.bookings b
  LEFT JOIN digilist.booking_settlements k ON k.tenant_id = @tenantId AND k.booking_id = b.id
  JOIN digilist.platform_organizations owner ON owner.tenant_id = @tenantId AND owner.id = b.org_id
  WHERE b.tenant_id = @tenantId AND b.payment_policy = 'INVOICE' AND b.total > 0
    AND b.ends_at > @endsAfter AND b.ends_at <= @endsUntil`;

const GOING_AHEAD = `b.status IN ('confirmed', 'completed', 'no_show')`;
const BILLED = 'EXISTS (SELECT FROM digilist.billed_bookings d WHERE d.tenant_id = @tenantId AND d.booking_id = b.id)';
/** What is over, and what something is kept of. */
const READY = `((${GOING_AHEAD} AND (b.status <> 'confirmed' OR b.ends_at <= @now)) OR (NOT ${GOING_AHEAD} AND k.kept > 0))`;
const OWED = `CASE WHEN ${GOING_AHEAD} THEN b.total ELSE coalesce(k.kept, 0) END`;
const BUYER = `b.on_behalf_of_org_id AS "buyerOrgId", CASE WHEN b.on_behalf_of_org_id IS NULL THEN b.user_id END AS "buyerUserId"`;

interface Period {
  tenantId: string;
  endsAfter: Date;
  endsUntil: Date;
  now: Date;
}

/** What one buyer is to be invoiced for by one lender. */
export interface GroupRow extends Record<string, unknown> {
  orgId: string;
  ancestorIds: string[];
  buyerOrgId: string | null;
  buyerUserId: string | null;
  buyerName: string;
  currency: string;
  bookings: number;
  total: number;
  withVat: boolean;
}

export const GROUPS_TO_BILL = named<Period & { buyerOrgId: string | null }>(
  'groups-to-bill',
  `SELECT g.*, coalesce(o.name, u.name) AS "buyerName" FROM (
     SELECT b.org_id AS "orgId", owner.ancestor_ids AS "ancestorIds", ${BUYER}, b.currency, count(*)::integer AS bookings,
       sum(${OWED})::float8 AS total, bool_or(b.vat > 0) AS "withVat"
     ${IN_PERIOD} AND ${READY} AND NOT ${BILLED} AND (@buyerOrgId::uuid IS NULL OR b.on_behalf_of_org_id = @buyerOrgId)
     GROUP BY 1, 2, 3, 4, 5
   ) g
   LEFT JOIN digilist.platform_organizations o ON o.tenant_id = @tenantId AND o.id = g."buyerOrgId"
   LEFT JOIN digilist.platform_users u ON u.tenant_id = @tenantId AND u.id = g."buyerUserId"
   ORDER BY g."buyerOrgId", g."buyerUserId", g."orgId"`,
);

/** The next bookings of one buyer with these lenders. */
export const NEXT_TO_BILL = named<
  Period & { buyerOrgId: string | null; buyerUserId: string | null; orgIds: string[]; currency: string; limit: number }
>(
  'next-to-bill',
  `SELECT b.id ${IN_PERIOD} AND ${READY} AND NOT ${BILLED} AND b.org_id = ANY (@orgIds::uuid[]) AND b.currency = @currency
     AND b.on_behalf_of_org_id IS NOT DISTINCT FROM @buyerOrgId::uuid
     AND (@buyerUserId::uuid IS NULL OR b.user_id = @buyerUserId)
   ORDER BY b.ends_at, b.id LIMIT @limit`,
);

export interface UnbilledRow extends Record<string, unknown> {
  id: string;
  orgId: string;
  ancestorIds: string[];
  buyerOrgId: string | null;
  buyerUserId: string | null;
  status: BookingStatus;
  endsAt: string;
  currency: string;
  owed: number;
  billed: number;
  withVat: boolean;
}

/** What should be on an invoice and is not, or with less than is owed; in the order of time. */
export const UNBILLED = named<
  Period & {
    everywhere: boolean;
    orgIds: readonly string[];
    afterEnd: string | null;
    afterId: string | null;
    limit: number;
  }
>(
  'unbilled-bookings',
  `SELECT * FROM (
     SELECT b.id, b.org_id AS "orgId", owner.ancestor_ids AS "ancestorIds", ${BUYER}, b.status, ${iso('b.ends_at')} AS "endsAt",
       b.ends_at, b.currency, b.vat > 0 AS "withVat",
       (CASE WHEN b.status IN ('pending', 'awaiting_approval') THEN b.total ELSE ${OWED} END)::float8 AS owed,
       -- What was credited was taken back on purpose.
       coalesce((
         SELECT sum(l.total) FROM digilist.billed_bookings d
         JOIN digilist.invoice_lines l ON l.tenant_id = @tenantId AND l.invoice_id = d.invoice_id AND l.booking_id = b.id
         WHERE d.tenant_id = @tenantId AND d.booking_id = b.id), 0)::float8 AS billed
     ${IN_PERIOD} AND (${READY} OR (b.status IN ('pending', 'awaiting_approval') AND b.ends_at <= @now))
       AND (@everywhere::boolean OR b.org_id = ANY (@orgIds::uuid[]))
       AND (@afterId::uuid IS NULL OR (b.ends_at, b.id) > (@afterEnd::timestamptz, @afterId::uuid))
   ) found
   WHERE found.billed < found.owed ORDER BY found.ends_at, found.id LIMIT @limit`,
);

/** $1 tenant */
export const BILLING_GROUND = statement(
  'billing-ground',
  `SELECT t.timezone, coalesce((SELECT c.next FROM digilist.invoice_counters c
     WHERE c.tenant_id = $1 AND c.series = 'invoice'), 1) AS "nextNumber"
   FROM digilist.platform_tenants t WHERE t.id = $1`,
);

export interface RunRow extends Record<string, unknown> {
  id: string;
  tenantId: string;
  orgId: string | null;
  sellerId: string | null;
  organizationId: string | null;
  from: string;
  to: string;
  endsAfter: Date;
  endsUntil: Date;
  status: 'running' | 'completed';
  invoices: number;
  bookings: number;
  total: number;
  problems: BillingRunBuyer[];
  startedAt: string;
  completedAt: string | null;
  version: number;
}

const RUN = `
  r.id, r.tenant_id AS "tenantId", r.org_id AS "orgId", r.seller_id AS "sellerId", r.buyer_org_id AS "organizationId",
  to_char(r.first_date, 'YYYY-MM-DD') AS "from", to_char(r.end_date, 'YYYY-MM-DD') AS "to", r.ends_after AS "endsAfter",
  r.ends_until AS "endsUntil", r.status, r.invoices, r.bookings, r.total::float8 AS total, r.problems,
  ${iso('r.created_at')} AS "startedAt", ${iso('r.completed_at')} AS "completedAt", r.version`;

export interface RunValues {
  tenantId: string;
  actorId: string;
  orgId: string | null;
  sellerId: string | null;
  buyerOrgId: string | null;
  from: string;
  to: string;
  endsAfter: Date;
  endsUntil: Date;
}

/** Nothing while another one is under way in the tenant. */
export const INSERT_RUN = named<RunValues>(
  'insert-billing-run',
  `INSERT INTO digilist.billing_runs AS r (tenant_id, org_id, seller_id, buyer_org_id, first_date, end_date, ends_after,
     ends_until, created_by, updated_by)
   VALUES (@tenantId, @orgId, @sellerId, @buyerOrgId, @from, @to, @endsAfter, @endsUntil, @actorId, @actorId)
   ON CONFLICT (tenant_id) WHERE status = 'running' DO NOTHING
   RETURNING ${RUN}`,
);

/** $1 tenant · $2 id */
export const GET_RUN = statement(
  'get-billing-run',
  `SELECT ${RUN} FROM digilist.billing_runs r WHERE r.tenant_id = $1 AND r.id = $2`,
);

/** $1 tenant · $2 all of the tenant, or only of $3 organizations · $4 id to continue below, or null · $5 how many */
export const LIST_RUNS = statement(
  'list-billing-runs',
  `SELECT ${RUN} FROM digilist.billing_runs r
   WHERE r.tenant_id = $1 AND ($2::boolean OR r.org_id = ANY ($3::uuid[])) AND ($4::uuid IS NULL OR r.id < $4::uuid)
   ORDER BY r.id DESC LIMIT $5`,
);

/**
 * $1 how many · $2 seconds. Runs that nobody works on, across tenants: for the system's pool. What a process that died
 * had in hand is somebody else's when its time is up.
 */
export const CLAIM_RUNS = `
  UPDATE digilist.billing_runs r
  SET claimed_until = now() + make_interval(secs => $2)
  WHERE (r.tenant_id, r.id) IN (
    SELECT q.tenant_id, q.id FROM digilist.billing_runs q WHERE q.status = 'running' AND q.claimed_until < now()
    ORDER BY q.id LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING r.tenant_id AS "tenantId", r.id, r.created_by AS "actorId"`;

/** $1 tenant · $2 run · $3 bookings of one more invoice · $4 its total · $5 seconds. Nobody else takes it over meanwhile. */
export const COUNT_INVOICE = statement(
  'count-invoice-of-run',
  `UPDATE digilist.billing_runs
   SET invoices = invoices + 1, bookings = bookings + $3, total = total + $4, claimed_until = now() + make_interval(secs => $5)
   WHERE tenant_id = $1 AND id = $2`,
);

/** $1 tenant · $2 run · $3 problems · $4 actor. Nothing when it was ended before. */
export const COMPLETE_RUN = statement(
  'complete-billing-run',
  `UPDATE digilist.billing_runs r
   SET status = 'completed', completed_at = now(), problems = $3::jsonb, version = r.version + 1, updated_at = now(), updated_by = $4
   WHERE r.tenant_id = $1 AND r.id = $2 AND r.status = 'running'
   RETURNING ${RUN}`,
);

/**
 * $1 now. Sellers who bill by the month and have not billed the last one, with that month as the tenant's clock has it.
 * Across tenants: for the system's pool.
 */
export const MONTHS_TO_BILL = `
  SELECT s.tenant_id AS "tenantId", t.service_user_id AS "actorId", s.id AS "sellerId", s.org_id AS "orgId",
    to_char(m.ends - interval '1 month', 'YYYY-MM-DD') AS "from", to_char(m.ends, 'YYYY-MM-DD') AS "to",
    (m.ends - interval '1 month') AT TIME ZONE t.timezone AS "endsAfter", m.ends AT TIME ZONE t.timezone AS "endsUntil"
  FROM digilist.invoice_sellers s
  JOIN digilist.platform_tenants t ON t.id = s.tenant_id AND t.status = 'active' AND NOT t.deleted
  CROSS JOIN LATERAL (SELECT date_trunc('month', $1::timestamptz AT TIME ZONE t.timezone) AS ends) m
  WHERE s.bills_monthly AND NOT EXISTS (
    SELECT FROM digilist.billing_runs r
    WHERE r.tenant_id = s.tenant_id AND r.seller_id = s.id AND r.buyer_org_id IS NULL
      AND r.first_date = (m.ends - interval '1 month')::date AND r.end_date = m.ends::date)
  ORDER BY s.id`;
