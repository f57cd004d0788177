import type { BookingStatus } from '@digilist/contracts';
import { named } from '../../../database/named-statement.js';
import type { QueueEntry } from '../decisions.js';
import { FROM_THE_FIRST } from '../place-booking.sql.js';

export interface UpdateBookingRow extends QueueEntry {
  tenantId: string;
  actorId: string;
  actorKind: string;
  id: string;
  version: number;
  orgId: string;
  from: BookingStatus;
  status: BookingStatus;
  purpose: string | null;
  attendees: number | null;
  publicTitle: string | null;
  showInPublicCalendar: boolean;
  approval: string;
  expiresAt: Date | null;
  detail: string;
}

/** What a booking tells of itself, with history, and the queue where somebody has to decide again. */
export const UPDATE_BOOKING = named<UpdateBookingRow>(
  'update-booking',
  `WITH updated AS (
     UPDATE digilist.bookings b
     SET purpose = @purpose, attendees = @attendees, public_title = @publicTitle,
       show_in_public_calendar = @showInPublicCalendar, status = @status, approval = @approval, expires_at = @expiresAt,
       overridden = b.recurring_booking_id IS NOT NULL,
       version = b.version + 1, updated_at = now(), updated_by = @actorId
     WHERE b.tenant_id = @tenantId AND b.id = @id AND b.version = @version AND b.status = @from
     RETURNING b.version
   ), kept AS (
     -- What waited for a payment, and now waits for a decision, does not end by itself any more.
     UPDATE digilist.allocations a
     SET expires_at = @expiresAt, version = a.version + 1, updated_at = now(), updated_by = @actorId
     FROM updated
     WHERE a.tenant_id = @tenantId AND a.booking_id = @id AND a.active AND a.expires_at IS DISTINCT FROM @expiresAt
   ), noted AS (
     INSERT INTO digilist.booking_history
       (tenant_id, booking_id, change, from_status, to_status, actor_kind, detail, created_by)
     SELECT @tenantId, @id, 'updated', @from, @status, @actorKind, @detail::jsonb, @actorId FROM updated
   ), queued AS (
     INSERT INTO digilist.booking_approvals
       (tenant_id, org_id, id, booking_id, workflow_id, level, priority, reasons, due_at, created_by, updated_by)
     SELECT @tenantId, @orgId, @approvalId, @id, @workflowId, @level, @priority, @approval::jsonb -> 'reasons', @dueAt,
       @actorId, @actorId
     FROM updated WHERE @approvalId::uuid IS NOT NULL AND @from <> 'awaiting_approval'
   ), requeued AS (
     UPDATE digilist.booking_approvals a
     SET ${FROM_THE_FIRST}, workflow_id = @workflowId, level = @level, priority = @priority, reasons = @approval::jsonb -> 'reasons',
       due_at = @dueAt, version = a.version + 1, updated_at = now(), updated_by = @actorId
     FROM updated
     WHERE @approvalId::uuid IS NOT NULL AND @from = 'awaiting_approval'
       AND a.tenant_id = @tenantId AND a.booking_id = @id AND a.status IN ('open', 'clarification')
   )
   SELECT version FROM updated`,
);
