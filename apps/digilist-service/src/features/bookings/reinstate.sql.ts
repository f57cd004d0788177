import type { BookingStatus, PaymentPolicy } from '@digilist/contracts';
import { statement } from '@kit/service';
import { named } from '../../database/named-statement.js';
import type { PlaceBooking, Placed } from './place-booking.sql.js';

/** $1 tenant · $2 booking. What may have come between an application and its approval. */
export const OBSTACLES_TO_APPROVAL = statement(
  'obstacles-to-approval',
  `SELECT l.status AS "listingStatus", z.status AS "zoneStatus",
     coalesce(u.status = 'active' AND NOT u.deleted, false) AS "applicantActive",
     b.on_behalf_of_org_id IS NULL OR coalesce(o.status = 'active' AND NOT o.deleted, false) AS "organizationActive",
     EXISTS (SELECT FROM digilist.allocations a
       WHERE a.tenant_id = $1 AND a.booking_id = b.id AND a.active AND NOT a.buffer
         AND (a.expires_at IS NULL OR a.expires_at > now())) AS "holdsTime"
   FROM digilist.bookings b
   JOIN digilist.listings l ON l.tenant_id = $1 AND l.id = b.listing_id
   JOIN digilist.zones z ON z.tenant_id = $1 AND z.id = b.zone_id
   LEFT JOIN digilist.platform_users u ON u.tenant_id = $1 AND u.id = b.user_id
   LEFT JOIN digilist.platform_organizations o ON o.tenant_id = $1 AND o.id = b.on_behalf_of_org_id
   WHERE b.tenant_id = $1 AND b.id = $2`,
);
export interface ObstaclesToApproval extends Record<string, unknown> {
  listingStatus: string;
  zoneStatus: string;
  applicantActive: boolean;
  organizationActive: boolean;
  holdsTime: boolean;
}

export type ReinstateBooking = Pick<
  PlaceBooking,
  | 'tenantId'
  | 'actorId'
  | 'id'
  | 'version'
  | 'startsAt'
  | 'endsAt'
  | 'zoneIds'
  | 'zoneShapes'
  | 'atomIds'
  | 'claimQuantities'
  | 'claimBuffersBefore'
  | 'claimBuffersAfter'
> & { actorKind: string; from: BookingStatus; reason: string | null };

export type Reinstated = Pick<Placed, 'atoms' | 'expired' | 'version'> & {
  outcome: 'taken' | 'occupied' | 'stock';
  paymentPolicy: PaymentPolicy;
};

/**
 * A rejected booking with its time again, waiting for its approval. When the time is gone only the outcome is answered,
 * and the caller rolls back. What was paid before the decision was paid back with the rejection: it is paid after it now.
 */
export const REINSTATE_BOOKING = named<ReinstateBooking>(
  'reinstate-booking',
  `WITH taken AS MATERIALIZED (
     SELECT t.outcome, t.atoms, t.expired
     FROM (
       SELECT ARRAY[cardinality(@atomIds::uuid[])] AS claims, coalesce(
         (SELECT a.kind FROM digilist.allocations a WHERE a.tenant_id = @tenantId AND a.booking_id = @id LIMIT 1),
         'BOOKING') AS kind
     ) n
     CROSS JOIN LATERAL digilist.take_times(@tenantId, @actorId, n.kind, NULL, '{}',
       array_fill(@id::uuid, n.claims), @atomIds::uuid[], @claimQuantities::integer[],
       array_fill(@startsAt::timestamptz, n.claims), array_fill(@endsAt::timestamptz, n.claims),
       @claimBuffersBefore::integer[], @claimBuffersAfter::integer[]) t
   ), unchanged AS MATERIALIZED (
     -- As where bookings are placed: what belongs to the zones must still be as it was read.
     SELECT z.id
     FROM taken CROSS JOIN unnest(@zoneIds::uuid[], @zoneShapes::integer[]) AS n (id, shape)
     JOIN digilist.zones z ON z.tenant_id = @tenantId AND z.id = n.id AND z.status = 'active' AND z.shape = n.shape
     WHERE taken.outcome = 'taken' ORDER BY z.id FOR KEY SHARE OF z
   ), reinstated AS (
     UPDATE digilist.bookings b
     SET status = 'awaiting_approval', expires_at = NULL,
       payment_policy = CASE b.payment_policy WHEN 'PAY_THEN_APPROVE' THEN 'APPROVE_THEN_PAY' ELSE b.payment_policy END,
       version = b.version + 1, updated_at = now(), updated_by = @actorId
     FROM taken
     WHERE taken.outcome = 'taken' AND (SELECT count(*) FROM unchanged) = cardinality(@zoneIds::uuid[])
       AND b.tenant_id = @tenantId AND b.id = @id AND b.version = @version AND b.status = @from
     RETURNING b.version, b.payment_policy
   ), noted AS (
     INSERT INTO digilist.booking_history (tenant_id, booking_id, from_status, to_status, actor_kind, reason, created_by)
     SELECT @tenantId, @id, @from, 'awaiting_approval', @actorKind, @reason, @actorId FROM reinstated
   )
   SELECT taken.outcome, taken.atoms, taken.expired, reinstated.version, reinstated.payment_policy AS "paymentPolicy"
   FROM taken LEFT JOIN reinstated ON true`,
);
