import type { BookingStatus } from '@digilist/contracts';
import { named } from '../../../database/named-statement.js';
import { FROM_THE_FIRST, type PlaceBooking, type Placed } from '../place-booking.sql.js';

/** Parameters of the statement that moves a booking; JSON is text already. */
export interface RescheduleBookingRow
  extends Pick<
    PlaceBooking,
    | 'tenantId'
    | 'actorId'
    | 'id'
    | 'version'
    | 'orgId'
    | 'listingId'
    | 'listingVersion'
    | 'zoneId'
    | 'zoneIds'
    | 'zoneShapes'
    | 'status'
    | 'startsAt'
    | 'endsAt'
    | 'timezone'
    | 'quantity'
    | 'currency'
    | 'net'
    | 'vat'
    | 'total'
    | 'lines'
    | 'approval'
    | 'expiresAt'
    | 'snapshot'
    | 'atomIds'
    | 'claimQuantities'
    | 'claimBuffersBefore'
    | 'claimBuffersAfter'
    | 'approvalId'
    | 'workflowId'
    | 'level'
    | 'priority'
    | 'dueAt'
    | 'messageIds'
    | 'messageSubjects'
    | 'messagePayloads'
  > {
  actorKind: string;
  from: BookingStatus;
  reason: string | null;
  detail: string;
  /** A draft holds no time. */
  holds: boolean;
}

export type Rescheduled = Pick<Placed, 'outcome' | 'atoms' | 'expired' | 'version'>;

/**
 * A booking at its new place in one statement: its own time is given back before the new one is asked for. When the new
 * one is gone only the outcome is answered, and the caller rolls back.
 */
export const RESCHEDULE_BOOKING = named<RescheduleBookingRow>(
  'reschedule-booking',
  `WITH taken AS MATERIALIZED (
     SELECT t.outcome, t.atoms, t.expired
     FROM (
       SELECT ARRAY[cardinality(@atomIds::uuid[])] AS claims, coalesce(
         (SELECT a.kind FROM digilist.allocations a WHERE a.tenant_id = @tenantId AND a.booking_id = @id AND a.active LIMIT 1),
         'BOOKING') AS kind
     ) n
     CROSS JOIN LATERAL digilist.take_times(@tenantId, @actorId, n.kind, @expiresAt, ARRAY[@id::uuid],
       array_fill(@id::uuid, n.claims), @atomIds::uuid[], @claimQuantities::integer[],
       array_fill(@startsAt::timestamptz, n.claims), array_fill(@endsAt::timestamptz, n.claims),
       @claimBuffersBefore::integer[], @claimBuffersAfter::integer[]) t
     WHERE @holds::boolean
     UNION ALL SELECT 'draft', NULL, NULL WHERE NOT @holds
   ), unchanged AS MATERIALIZED (
     -- As where bookings are placed: what belongs to the zones must still be as it was read.
     SELECT z.id
     FROM taken CROSS JOIN unnest(@zoneIds::uuid[], @zoneShapes::integer[]) AS n (id, shape)
     JOIN digilist.zones z ON z.tenant_id = @tenantId AND z.id = n.id AND z.status = 'active' AND z.shape = n.shape
     WHERE taken.outcome IN ('taken', 'draft') ORDER BY z.id FOR KEY SHARE OF z
   ), moved AS (
     UPDATE digilist.bookings b
     SET zone_id = @zoneId, starts_at = @startsAt, ends_at = @endsAt, timezone = @timezone, quantity = @quantity,
       status = @status, currency = @currency, net = @net, vat = @vat, total = @total, price_lines = @lines,
       approval = @approval, expires_at = @expiresAt, overridden = b.recurring_booking_id IS NOT NULL,
       version = b.version + 1, updated_at = now(), updated_by = @actorId
     FROM taken
     WHERE taken.outcome IN ('taken', 'draft') AND (SELECT count(*) FROM unchanged) = cardinality(@zoneIds::uuid[])
       AND b.tenant_id = @tenantId AND b.id = @id AND b.version = @version AND b.status = @from
     RETURNING b.version
   ), item AS (
     INSERT INTO digilist.booking_items (tenant_id, booking_id, listing_id, zone_id, listing_version, quantity,
       snapshot, net, vat, total, created_by)
     SELECT @tenantId, @id, @listingId, @zoneId, @listingVersion, @quantity, @snapshot, @net, @vat, @total, @actorId
     FROM moved WHERE @holds
   ), noted AS (
     INSERT INTO digilist.booking_history
       (tenant_id, booking_id, change, from_status, to_status, actor_kind, reason, detail, created_by)
     SELECT @tenantId, @id, 'rescheduled', @from, @status, @actorKind, @reason, @detail::jsonb, @actorId FROM moved
   ), queued AS (
     INSERT INTO digilist.booking_approvals
       (tenant_id, org_id, id, booking_id, workflow_id, level, priority, reasons, due_at, created_by, updated_by)
     SELECT @tenantId, @orgId, @approvalId, @id, @workflowId, @level, @priority, @approval::jsonb -> 'reasons', @dueAt,
       @actorId, @actorId
     FROM moved WHERE @approvalId::uuid IS NOT NULL AND @from <> 'awaiting_approval'
   ), requeued AS (
     -- Who looks at it already sees what it has become.
     UPDATE digilist.booking_approvals a
     SET ${FROM_THE_FIRST}, workflow_id = @workflowId, level = @level, priority = @priority, reasons = @approval::jsonb -> 'reasons',
       due_at = @dueAt, version = a.version + 1, updated_at = now(), updated_by = @actorId
     FROM moved
     WHERE @approvalId::uuid IS NOT NULL AND @from = 'awaiting_approval'
       AND a.tenant_id = @tenantId AND a.booking_id = @id AND a.status IN ('open', 'clarification')
   ), told AS (
     INSERT INTO digilist.outbox (tenant_id, id, subject, payload)
     SELECT @tenantId, message.*
     FROM moved CROSS JOIN unnest(@messageIds::uuid[], @messageSubjects::text[], @messagePayloads::text[]) message
   )
   SELECT taken.outcome, taken.atoms, taken.expired, moved.version FROM taken LEFT JOIN moved ON true`,
);
