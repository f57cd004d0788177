import type { BookingStatus } from '@digilist/contracts';
import { statement } from '@kit/service';
import { named } from '../../database/named-statement.js';
import { FROM_THE_FIRST, REASONS_OF } from '../bookings/index.js';
import { INSERT_SERIES_ROW, type WriteSeries } from './recurring.sql.js';

/** What one statement writes of many bookings: one entry per booking in each list; JSON is text already. */
export interface WriteOccurrences {
  tenantId: string;
  actorId: string;
  seriesId: string;
  orgId: string;
  listingId: string;
  listingVersion: number;
  zoneId: string;
  paymentPolicy: string;
  timezone: string;
  quantity: number;
  attendees: number | null;
  purpose: string | null;
  publicTitle: string | null;
  pricingGroup: string;
  discountCode: string | null;
  addOns: string;
  currency: string;
  ids: readonly string[];
  dates: readonly string[];
  starts: readonly Date[];
  ends: readonly Date[];
  statuses: readonly BookingStatus[];
  expires: readonly (Date | null)[];
  nets: readonly number[];
  vats: readonly number[];
  totals: readonly number[];
  lines: readonly string[];
  approvals: readonly string[];
  snapshots: readonly string[];
  approvalIds: readonly (string | null)[];
  workflowIds: readonly (string | null)[];
  levels: readonly (string | null)[];
  priorities: readonly (string | null)[];
  dueAts: readonly (Date | null)[];
  messageIds: readonly string[];
  messageSubjects: readonly string[];
  messagePayloads: readonly string[];
}

export type PlaceOccurrences = WriteOccurrences & {
  userId: string;
  onBehalfOfOrgId: string | null;
  termsVersion: string | null;
  ip: string | null;
  userAgent: string | null;
};

const ONE = `one AS MATERIALIZED (
     SELECT * FROM unnest(@ids::uuid[], @dates::date[], @starts::timestamptz[], @ends::timestamptz[], @statuses::text[],
       @expires::timestamptz[], @nets::bigint[], @vats::bigint[], @totals::bigint[], @lines::jsonb[], @approvals::jsonb[],
       @snapshots::jsonb[], @approvalIds::uuid[], @workflowIds::uuid[], @levels::text[], @priorities::text[], @dueAts::timestamptz[])
     AS o (id, date, starts_at, ends_at, status, expires_at, net, vat, total, lines, approval, snapshot, approval_id, workflow_id,
       level, priority, due_at)
   )`;

const ITEMS = `items AS (
     INSERT INTO digilist.booking_items (tenant_id, booking_id, listing_id, zone_id, listing_version, quantity, snapshot, net, vat,
       total, created_by)
     SELECT @tenantId, one.id, @listingId, @zoneId, @listingVersion, @quantity, one.snapshot, one.net, one.vat, one.total, @actorId FROM one
   )`;

const QUEUE = (only: string) => `queued AS (
     INSERT INTO digilist.booking_approvals
       (tenant_id, org_id, id, booking_id, workflow_id, level, priority, reasons, due_at, created_by, updated_by)
     SELECT @tenantId, @orgId, one.approval_id, one.id, one.workflow_id, one.level, one.priority, one.approval -> 'reasons', one.due_at,
       @actorId, @actorId
     FROM one WHERE one.approval_id IS NOT NULL ${only}
   )`;

/** The relay publishes what stands here: facts leave with what they tell of, or not at all. */
const TOLD = `told AS (
     INSERT INTO digilist.outbox (tenant_id, id, subject, payload)
     SELECT @tenantId, message.* FROM unnest(@messageIds::uuid[], @messageSubjects::text[], @messagePayloads::text[]) message
   )`;

const PLACE = `${ONE}, placed AS (
     INSERT INTO digilist.bookings (tenant_id, id, org_id, listing_id, zone_id, user_id, on_behalf_of_org_id, recurring_booking_id,
       occurrence_date, status, payment_policy, starts_at, ends_at, timezone, quantity, attendees, purpose, public_title,
       show_in_public_calendar, pricing_group, discount_code, add_ons, currency, net, vat, total, price_lines, approval, expires_at, created_by,
       updated_by)
     SELECT @tenantId, one.id, @orgId, @listingId, @zoneId, @userId, @onBehalfOfOrgId, @seriesId, one.date, one.status, @paymentPolicy,
       one.starts_at, one.ends_at, @timezone, @quantity, @attendees, @purpose, @publicTitle, @publicTitle::text IS NOT NULL,
       @pricingGroup, @discountCode, @addOns, @currency, one.net, one.vat, one.total, one.lines, one.approval, one.expires_at, @actorId, @actorId
     FROM one
   ), ${ITEMS}, accepted AS (
     INSERT INTO digilist.terms_acceptances (tenant_id, booking_id, user_id, terms_version, ip, user_agent, created_by)
     SELECT @tenantId, one.id, @actorId, @termsVersion, @ip, @userAgent, @actorId FROM one WHERE @termsVersion::text IS NOT NULL
   ), noted AS (
     INSERT INTO digilist.booking_history (tenant_id, booking_id, from_status, to_status, actor_kind, detail, created_by)
     SELECT @tenantId, one.id, step.from_status, step.to_status, 'user', step.detail, @actorId
     FROM one CROSS JOIN LATERAL (VALUES
       (1, NULL, 'pending', '{}'::jsonb),
       (2, 'pending', one.status, jsonb_build_object('approval', ${REASONS_OF('one.approval')}))
     ) step (at, from_status, to_status, detail)
     ORDER BY one.id, step.at
   ), ${QUEUE('')}, ${TOLD}`;

/** New bookings of a series, with everything that a single one has. */
export const PLACE_OCCURRENCES = named<PlaceOccurrences>(
  'place-occurrences',
  `WITH ${PLACE} SELECT count(*)::integer AS written FROM one`,
);

/** The series itself with its bookings; however many these are, its discount code is used once. */
export const CREATE_SERIES = named<WriteSeries & PlaceOccurrences>(
  'create-series',
  `WITH series AS (${INSERT_SERIES_ROW}), ${PLACE}, discount AS (
     UPDATE digilist.discount_codes d SET used = d.used + 1
     WHERE d.tenant_id = @tenantId AND d.code = @discountCode AND d.status = 'active' AND (d.max_uses IS NULL OR d.used < d.max_uses)
     RETURNING d.id, d.max_uses_per_person
   ), used AS (
     INSERT INTO digilist.discount_uses (tenant_id, discount_code_id, user_id, recurring_booking_id, created_by, updated_by)
     SELECT @tenantId, discount.id, @userId, @id, @actorId, @actorId FROM discount
   )
   SELECT EXISTS (SELECT FROM discount) AS discounted, (SELECT max_uses_per_person FROM discount) AS "usesPerPerson"`,
);

export type MoveOccurrences = WriteOccurrences & {
  actorKind: string;
  versions: readonly number[];
  from: readonly BookingStatus[];
  /** What became another one, for the history. */
  details: readonly string[];
};

/** Bookings of a series at their new places, all together; what was changed by itself is not among them. */
export const MOVE_OCCURRENCES = named<MoveOccurrences>(
  'move-occurrences',
  `WITH ${ONE}, was AS MATERIALIZED (
     SELECT * FROM unnest(@ids::uuid[], @versions::integer[], @from::text[], @details::jsonb[]) AS w (id, version, status, detail)
   ), moved AS (
     UPDATE digilist.bookings b
     SET recurring_booking_id = @seriesId, zone_id = @zoneId, starts_at = one.starts_at, ends_at = one.ends_at, timezone = @timezone,
       quantity = @quantity, attendees = @attendees, purpose = @purpose, public_title = @publicTitle,
       show_in_public_calendar = @publicTitle::text IS NOT NULL, status = one.status, currency = @currency, net = one.net,
       vat = one.vat, total = one.total, price_lines = one.lines, expires_at = one.expires_at,
       approval = CASE WHEN one.approval = 'null' THEN b.approval ELSE one.approval END,
       version = b.version + 1, updated_at = now(), updated_by = @actorId
     FROM one JOIN was ON was.id = one.id
     WHERE b.tenant_id = @tenantId AND b.id = one.id AND b.version = was.version AND b.status = was.status
     RETURNING b.id
   ), ${ITEMS}, noted AS (
     INSERT INTO digilist.booking_history (tenant_id, booking_id, change, from_status, to_status, actor_kind, detail, created_by)
     SELECT @tenantId, one.id, 'rescheduled', was.status, one.status, @actorKind, was.detail, @actorId
     FROM one JOIN was ON was.id = one.id ORDER BY one.id
   ), ${QUEUE(`AND one.id NOT IN (SELECT was.id FROM was WHERE was.status = 'awaiting_approval')`)}, requeued AS (
     -- Who looks at it already sees what it has become.
     UPDATE digilist.booking_approvals a
     SET ${FROM_THE_FIRST}, workflow_id = one.workflow_id, level = one.level, priority = one.priority, reasons = one.approval -> 'reasons',
       due_at = one.due_at, version = a.version + 1, updated_at = now(), updated_by = @actorId
     FROM one JOIN was ON was.id = one.id AND was.status = 'awaiting_approval'
     WHERE one.approval_id IS NOT NULL AND a.tenant_id = @tenantId AND a.booking_id = one.id AND a.status IN ('open', 'clarification')
   ), ${TOLD}
   SELECT count(*)::integer AS written FROM moved`,
);

export interface UpdateOccurrences {
  tenantId: string;
  actorId: string;
  actorKind: string;
  seriesId: string;
  ids: readonly string[];
  details: readonly string[];
  attendees: number | null;
  purpose: string | null;
  publicTitle: string | null;
}

/** What bookings of a series tell of themselves. */
export const UPDATE_OCCURRENCES = named<UpdateOccurrences>(
  'update-occurrences',
  `WITH updated AS (
     UPDATE digilist.bookings b
     SET recurring_booking_id = @seriesId, attendees = @attendees, purpose = @purpose, public_title = @publicTitle,
       show_in_public_calendar = @publicTitle::text IS NOT NULL, version = b.version + 1, updated_at = now(), updated_by = @actorId
     FROM unnest(@ids::uuid[], @details::jsonb[]) AS one (id, detail)
     WHERE b.tenant_id = @tenantId AND b.id = one.id
     RETURNING b.id, b.status, one.detail
   )
   INSERT INTO digilist.booking_history (tenant_id, booking_id, change, from_status, to_status, actor_kind, detail, created_by)
   SELECT @tenantId, updated.id, 'updated', updated.status, updated.status, @actorKind, updated.detail, @actorId
   FROM updated ORDER BY updated.id`,
);

/**
 * $1 tenant · $2 bookings · $3 series. They go over to the series that goes on from here; nothing else about them changes, so
 * there is nothing to tell of each.
 */
export const ADOPT_OCCURRENCES = statement(
  'adopt-occurrences',
  `UPDATE digilist.bookings b SET recurring_booking_id = $3 WHERE b.tenant_id = $1 AND b.id = ANY ($2::uuid[])`,
);

/** $1 tenant · $2 bookings. They stay where they are when their series moves: from here on they are exceptions. */
export const MARK_OVERRIDDEN = statement(
  'mark-occurrences-overridden',
  `UPDATE digilist.bookings b SET overridden = true WHERE b.tenant_id = $1 AND b.id = ANY ($2::uuid[]) AND NOT b.overridden`,
);
