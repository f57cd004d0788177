import type { BookingStatus } from '@digilist/contracts';
import { named } from '../../database/named-statement.js';
import { iso } from '../../database/shapes.js';
import { TELLABLE_HOLD, type TellableHold } from '../listings/index.js';
import type { Tellable } from './booking-facts.js';

/** Parameters of the statement that places a booking; JSON is text already. */
export interface PlaceBooking {
  tenantId: string;
  actorId: string;
  id: string;
  /** Of the draft that is submitted; 0 for a new booking. */
  version: number;
  orgId: string;
  listingId: string;
  listingVersion: number;
  zoneId: string;
  /** The zone, and those of the components of a package, as they were read: what belongs to them may have changed since. */
  zoneIds: readonly string[];
  zoneShapes: readonly number[];
  /** A hold whose time the booking takes over. */
  holdId: string | null;
  userId: string;
  onBehalfOfOrgId: string | null;
  status: BookingStatus;
  paymentPolicy: string;
  startsAt: Date;
  endsAt: Date;
  timezone: string;
  quantity: number;
  attendees: number | null;
  purpose: string | null;
  publicTitle: string | null;
  showInPublicCalendar: boolean;
  pricingGroup: string;
  discountCode: string | null;
  addOns: string;
  /** Whose price was agreed to; null: today's. */
  quoteId: string | null;
  currency: string;
  net: number;
  vat: number;
  total: number;
  lines: string;
  approval: string;
  expiresAt: Date | null;
  snapshot: string;
  termsVersion: string | null;
  ip: string | null;
  userAgent: string | null;
  /** One entry per claim, in all four. */
  atomIds: readonly string[];
  claimQuantities: readonly number[];
  claimBuffersBefore: readonly number[];
  claimBuffersAfter: readonly number[];
  /** Bookings and holds whose time is given back first, besides the hold above. */
  freedIds: readonly string[];
  /** Null: nobody has to decide. */
  approvalId: string | null;
  workflowId: string | null;
  level: string | null;
  priority: string | null;
  dueAt: Date | null;
  messageIds: readonly string[];
  messageSubjects: readonly string[];
  messagePayloads: readonly string[];
}

export interface Placed extends Record<string, unknown> {
  outcome: 'taken' | 'occupied' | 'stock' | 'draft';
  /** Atoms that were in the way. */
  atoms: string[] | null;
  /** Bookings whose hold had run out and that gave way. */
  expired: (Tellable & { version: number })[] | null;
  /** The hold that was used; null when none was named, or it was not there to be used. */
  held: TellableHold | null;
  /** The discount code was counted; false when none was asked for. */
  discounted: boolean;
  /** How often one person may use that code; null: as often as wanted. */
  usesPerPerson: number | null;
  /** False: the time was taken, but a zone is not what it was any more. */
  placed: boolean;
  createdAt: string | null;
  updatedAt: string | null;
  version: number | null;
}

const TAKE = `hold AS (
     UPDATE digilist.holds h SET status = 'used', version = h.version + 1, updated_at = now(), updated_by = @actorId
     WHERE h.tenant_id = @tenantId AND h.id = @holdId AND h.user_id = @userId AND h.listing_id = @listingId
       AND h.zone_id = @zoneId AND h.status = 'active' AND h.expires_at > now()
     RETURNING ${TELLABLE_HOLD}
   ), taken AS MATERIALIZED (
     SELECT t.outcome, t.atoms, t.expired
     FROM (SELECT ARRAY[cardinality(@atomIds::uuid[])] AS claims) n
     CROSS JOIN LATERAL digilist.take_times(@tenantId, @actorId, 'BOOKING', @expiresAt,
       @freedIds::uuid[] || ARRAY(SELECT hold.id FROM hold),
       array_fill(@id::uuid, n.claims), @atomIds::uuid[], @claimQuantities::integer[],
       array_fill(@startsAt::timestamptz, n.claims), array_fill(@endsAt::timestamptz, n.claims),
       @claimBuffersBefore::integer[], @claimBuffersAfter::integer[]) t
     WHERE @status <> 'draft'
     UNION ALL SELECT 'draft', NULL, NULL WHERE @status = 'draft'
   ), unchanged AS MATERIALIZED (
     -- Whoever changes what belongs to a zone locks it first: either they see this time taken, or the zone is seen changed here.
     -- After the time is taken, so that losers lock nothing; the foreign key takes the same lock.
     SELECT z.id
     FROM taken CROSS JOIN unnest(@zoneIds::uuid[], @zoneShapes::integer[]) AS n (id, shape)
     JOIN digilist.zones z ON z.tenant_id = @tenantId AND z.id = n.id AND z.status = 'active' AND z.shape = n.shape
     WHERE taken.outcome IN ('taken', 'draft') ORDER BY z.id FOR KEY SHARE OF z
   ), zone AS (
     SELECT taken.outcome FROM taken
     WHERE taken.outcome IN ('taken', 'draft') AND (SELECT count(*) FROM unchanged) = cardinality(@zoneIds::uuid[])
   ), discount AS (
     -- Its version is that of its terms.
     UPDATE digilist.discount_codes d SET used = d.used + 1
     FROM taken
     WHERE taken.outcome = 'taken' AND d.tenant_id = @tenantId AND d.code = @discountCode
       AND d.status = 'active' AND (d.max_uses IS NULL OR d.used < d.max_uses)
     RETURNING d.id, d.max_uses_per_person
   )`;

/** What the history tells of why somebody has to decide; who decides is in the booking. */
export const REASONS_OF = (approval: string): string =>
  `${approval} - ARRAY['examined', 'stages', 'workflowId', 'distinctDeciders']`;

/** What has become something else is decided from the first stage on, whoever has approved what it was. */
export const FROM_THE_FIRST = 'step = 1, first_approved_by = NULL, escalated_at = NULL';

/** What follows once the row is there: item, terms, history, the queue, and what others are told. */
const FOLLOW = `item AS (
     INSERT INTO digilist.booking_items (tenant_id, booking_id, listing_id, zone_id, listing_version, quantity,
       snapshot, net, vat, total, created_by)
     SELECT @tenantId, @id, @listingId, @zoneId, @listingVersion, @quantity, @snapshot, @net, @vat, @total, @actorId
     FROM placed WHERE @status <> 'draft'
   ), accepted AS (
     INSERT INTO digilist.terms_acceptances (tenant_id, booking_id, user_id, terms_version, ip, user_agent, created_by)
     SELECT @tenantId, @id, @actorId, @termsVersion, @ip, @userAgent, @actorId
     FROM placed WHERE @termsVersion::text IS NOT NULL
   ), noted AS (
     INSERT INTO digilist.booking_history (tenant_id, booking_id, from_status, to_status, actor_kind, detail, created_by)
     SELECT @tenantId, @id, step.from_status, step.to_status, 'user', step.detail, @actorId
     FROM placed CROSS JOIN LATERAL (VALUES
       (1, placed.from_status, CASE WHEN @status = 'draft' THEN 'draft' ELSE 'pending' END, '{}'::jsonb),
       (2, 'pending', @status, jsonb_build_object('approval', ${REASONS_OF('@approval::jsonb')}))
     ) step (at, from_status, to_status, detail)
     WHERE step.at = 1 OR @status NOT IN ('draft', 'pending') ORDER BY step.at
   ), queued AS (
     INSERT INTO digilist.booking_approvals
       (tenant_id, org_id, id, booking_id, workflow_id, level, priority, reasons, due_at, created_by, updated_by)
     SELECT @tenantId, @orgId, @approvalId, @id, @workflowId, @level, @priority, @approval::jsonb -> 'reasons', @dueAt,
       @actorId, @actorId
     FROM placed WHERE @approvalId::uuid IS NOT NULL
   ), used AS (
     INSERT INTO digilist.discount_uses (tenant_id, discount_code_id, user_id, booking_id, created_by, updated_by)
     SELECT @tenantId, discount.id, @userId, @id, @actorId, @actorId FROM discount CROSS JOIN placed
   ), told AS (
     INSERT INTO digilist.outbox (tenant_id, id, subject, payload)
     SELECT @tenantId, message.*
     FROM placed CROSS JOIN unnest(@messageIds::uuid[], @messageSubjects::text[], @messagePayloads::text[]) message
   )
   SELECT taken.outcome, taken.atoms, taken.expired, (SELECT row_to_json(hold) FROM hold) AS held,
     EXISTS (SELECT FROM discount) AS discounted, (SELECT max_uses_per_person FROM discount) AS "usesPerPerson", placed.version,
     placed.version IS NOT NULL AS placed,
     ${iso('placed.created_at')} AS "createdAt",
     ${iso('placed.updated_at')} AS "updatedAt"
   FROM taken LEFT JOIN placed ON true`;

/** A new booking and its time in one statement; nothing but the outcome when the time is gone. */
export const PLACE_BOOKING = named<PlaceBooking>(
  'place-booking',
  `WITH ${TAKE}, placed AS (
     INSERT INTO digilist.bookings (tenant_id, id, org_id, listing_id, zone_id, user_id, on_behalf_of_org_id, status,
       payment_policy, starts_at, ends_at, timezone, quantity, attendees, purpose, public_title, show_in_public_calendar, pricing_group, discount_code, add_ons, quote_id,
       currency, net, vat, total, price_lines, approval, expires_at, created_by, updated_by)
     SELECT @tenantId, @id, @orgId, @listingId, @zoneId, @userId, @onBehalfOfOrgId, @status,
       @paymentPolicy, @startsAt, @endsAt, @timezone, @quantity, @attendees, @purpose, @publicTitle, @showInPublicCalendar, @pricingGroup, @discountCode, @addOns, @quoteId,
       @currency, @net, @vat, @total, @lines, @approval, @expiresAt, @actorId, @actorId
     FROM zone
     RETURNING created_at, updated_at, version, NULL AS from_status
   ), ${FOLLOW}`,
);

/** The same for a draft: its row goes on, at the price and under the conditions of today. */
export const SUBMIT_BOOKING = named<PlaceBooking>(
  'submit-booking',
  `WITH ${TAKE}, placed AS (
     UPDATE digilist.bookings b
     SET status = @status, payment_policy = @paymentPolicy, currency = @currency, net = @net, vat = @vat, total = @total,
       price_lines = @lines, approval = @approval, expires_at = @expiresAt,
       version = b.version + 1, updated_at = now(), updated_by = @actorId
     FROM zone
     WHERE zone.outcome = 'taken' AND b.tenant_id = @tenantId AND b.id = @id AND b.version = @version AND b.status = 'draft'
     RETURNING b.created_at, b.updated_at, b.version, 'draft' AS from_status
   ), ${FOLLOW}`,
);
