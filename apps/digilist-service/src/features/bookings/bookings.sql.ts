import type {
  Booking,
  BookingApproval,
  BookingHistoryEntry,
  BookingStatus,
  BookingSummary,
  PaymentPolicy,
} from '@digilist/contracts';
import { type Statement, statement } from '@kit/service';
import { named } from '../../database/named-statement.js';
import { iso } from '../../database/shapes.js';

/** Columns of a booking `b` in the shape of the contract. */
const SUMMARY = `
  b.id, b.status, b.listing_id AS "listingId", b.zone_id AS "zoneId", b.org_id AS "orgId", b.user_id AS "userId",
  b.on_behalf_of_org_id AS "onBehalfOfOrgId", ${iso('b.starts_at')} AS "startsAt", ${iso('b.ends_at')} AS "endsAt",
  b.quantity, b.attendees, b.purpose, b.public_title AS "publicTitle",
  b.show_in_public_calendar AS "showInPublicCalendar", b.recurring_booking_id AS "recurringBookingId", b.overridden,
  jsonb_build_object('amount', b.total, 'currency', b.currency) AS total,
  ${iso('b.expires_at')} AS "holdExpiresAt", ${iso('b.created_at')} AS "createdAt", ${iso('b.updated_at')} AS "updatedAt", b.version`;

const WHOLE = `${SUMMARY},
  b.pricing_group AS "pricingGroup", b.discount_code AS "discountCode", b.approval,
  jsonb_build_object(
    'net', jsonb_build_object('amount', b.net, 'currency', b.currency),
    'vat', jsonb_build_object('amount', b.vat, 'currency', b.currency),
    'total', jsonb_build_object('amount', b.total, 'currency', b.currency),
    'lines', b.price_lines) AS price,
  (SELECT a.terms_version FROM digilist.terms_acceptances a
   WHERE a.tenant_id = b.tenant_id AND a.booking_id = b.id ORDER BY a.id DESC LIMIT 1) AS "termsVersion"`;

/** $1 tenant · $2 id */
export const GET_BOOKING = statement(
  'get-booking',
  `SELECT ${WHOLE} FROM digilist.bookings b WHERE b.tenant_id = $1 AND b.id = $2`,
);
export type BookingRow = Booking & Record<string, unknown>;

/**
 * $1 tenant · $2 ids. Whoever changes bookings locks them first, in the order of their ids: so versions are without gaps,
 * and nobody waits in a circle.
 */
export const LOCK_BOOKINGS = statement(
  'lock-bookings',
  `SELECT b.id, b.version, b.status, b.org_id AS "orgId", b.listing_id AS "listingId", b.zone_id AS "zoneId",
     b.user_id AS "userId", b.on_behalf_of_org_id AS "onBehalfOfOrgId", b.payment_policy AS "paymentPolicy",
     b.starts_at AS "startsAt", b.ends_at AS "endsAt", b.timezone, b.quantity, b.attendees, b.purpose,
     b.public_title AS "publicTitle", b.show_in_public_calendar AS "showInPublicCalendar",
     b.recurring_booking_id AS "recurringBookingId", b.overridden, b.expires_at AS "expiresAt", b.approval,
     b.pricing_group AS "pricingGroup", b.discount_code AS "discountCode", b.add_ons AS "addOns",
     b.total::float8 AS total, b.currency, l.name AS "listingName",
     CASE WHEN z.implicit THEN NULL ELSE z.name END AS "zoneName"
   FROM digilist.bookings b
   JOIN digilist.listings l ON l.tenant_id = b.tenant_id AND l.id = b.listing_id
   JOIN digilist.zones z ON z.tenant_id = b.tenant_id AND z.id = b.zone_id
   WHERE b.tenant_id = $1 AND b.id = ANY ($2::uuid[])
   ORDER BY b.id
   FOR NO KEY UPDATE OF b`,
);

/** $1 tenant · $2 booking */
export const GET_HISTORY = statement(
  'get-booking-history',
  `SELECT h.id, h.from_status AS "from", h.to_status AS "to", h.created_by AS "actorId", h.reason, ${iso('h.created_at')} AS "at"
   FROM digilist.booking_history h WHERE h.tenant_id = $1 AND h.booking_id = $2 ORDER BY h.id`,
);
export type HistoryRow = BookingHistoryEntry & Record<string, unknown>;

export interface MoveBookings {
  tenantId: string;
  actorId: string;
  actorKind: 'user' | 'job' | 'anonymous' | 'service';
  /** One entry per booking, in all three. */
  ids: readonly string[];
  versions: readonly number[];
  from: readonly BookingStatus[];
  to: BookingStatus;
  /** The allocations end; otherwise they live on until `expiresAt`, or without an end. */
  release: boolean;
  expiresAt: Date | null;
  reason: string | null;
}

/** One step in the lives of bookings: status, calendar and history together. Answers those that nobody else moved before. */
export const MOVE_BOOKINGS = named<MoveBookings>(
  'move-bookings',
  `WITH moved AS (
     UPDATE digilist.bookings b
     SET status = @to, expires_at = @expiresAt, version = b.version + 1, updated_at = now(), updated_by = @actorId
     FROM unnest(@ids::uuid[], @versions::integer[], @from::text[]) AS was (id, version, status)
     WHERE b.tenant_id = @tenantId AND b.id = was.id AND b.version = was.version AND b.status = was.status
     RETURNING b.id, b.version, was.status AS from_status
   ), freed AS (
     UPDATE digilist.allocations a
     SET status = CASE WHEN @release THEN 'released' ELSE a.status END, expires_at = @expiresAt,
       version = a.version + 1, updated_at = now(), updated_by = @actorId
     FROM moved
     WHERE a.tenant_id = @tenantId AND a.booking_id = moved.id AND a.active
       AND (@release OR a.expires_at IS DISTINCT FROM @expiresAt)
   ), noted AS (
     INSERT INTO digilist.booking_history (tenant_id, booking_id, from_status, to_status, actor_kind, reason, created_by)
     SELECT @tenantId, moved.id, moved.from_status, @to, @actorKind, @reason, @actorId FROM moved ORDER BY moved.id
   )
   SELECT id, version FROM moved`,
);

/** Tenants in which a hold has run out, with the user who acts there by himself. Across tenants: for the system's pool. */
export const TENANTS_WITH_EXPIRED_HOLDS = `
  SELECT DISTINCT b.tenant_id AS "tenantId", t.service_user_id AS "actorId"
  FROM digilist.bookings b
  JOIN digilist.platform_tenants t ON t.id = b.tenant_id
  WHERE b.status = 'awaiting_payment' AND b.expires_at <= now()`;

/** $1 tenant · $2 how many. Those that somebody else has at hand are left to them. */
export const EXPIRED_HOLDS = statement(
  'expired-holds',
  `SELECT b.id FROM digilist.bookings b
   WHERE b.tenant_id = $1 AND b.status = 'awaiting_payment' AND b.expires_at <= now()
   ORDER BY b.id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED`,
);

/** $1 tenant · $2 bookings · $3 actor. What nobody needs to decide any more leaves the queue. */
export const WITHDRAW_APPROVALS = statement(
  'withdraw-approvals',
  `UPDATE digilist.booking_approvals
   SET status = 'withdrawn', version = version + 1, updated_at = now(), updated_by = $3
   WHERE tenant_id = $1 AND booking_id = ANY ($2::uuid[]) AND status IN ('open', 'clarification')`,
);

/** Which bookings a list shows. Each combination is a statement of its own, so that each uses its index. */
export interface ListFilter {
  tenantId: string;
  /** Only bookings of this user; null: those within the reach below. */
  ownerId: string | null;
  everywhere: boolean;
  orgIds: readonly string[];
  callerId: string;
  status: BookingStatus | null;
  listingId: string | null;
  from: Date | null;
  to: Date | null;
  beforeId: string | null;
  limit: number;
}

export function listBookingsStatement(filter: ListFilter): { statement: Statement; values: unknown[] } {
  const values: unknown[] = [filter.tenantId];
  const used: string[] = [];
  const conditions = ['b.tenant_id = $1'];
  const where = (name: string, value: unknown, condition: (parameter: string) => string): void => {
    values.push(value);
    used.push(name);
    conditions.push(condition(`$${values.length}`));
  };
  if (filter.ownerId !== null) where('own', filter.ownerId, (p) => `b.user_id = ${p}`);
  else if (!filter.everywhere) {
    values.push(filter.callerId);
    where(
      'reach',
      filter.orgIds,
      (p) => `(b.org_id = ANY (${p}) OR b.on_behalf_of_org_id = ANY (${p}) OR b.user_id = $${values.length - 1})`,
    );
  }
  if (filter.status !== null) where('status', filter.status, (p) => `b.status = ${p}`);
  if (filter.listingId !== null) where('listing', filter.listingId, (p) => `b.listing_id = ${p}`);
  if (filter.from !== null) where('from', filter.from, (p) => `b.ends_at > ${p}`);
  if (filter.to !== null) where('to', filter.to, (p) => `b.starts_at < ${p}`);
  if (filter.beforeId !== null) where('before', filter.beforeId, (p) => `b.id < ${p}`);
  values.push(filter.limit);
  const text = `SELECT ${SUMMARY} FROM digilist.bookings b WHERE ${conditions.join(' AND ')} ORDER BY b.id DESC LIMIT $${values.length}`;
  return { statement: statement(`list-bookings ${used.join('+')}`.trim(), text), values };
}
export type SummaryRow = BookingSummary & Record<string, unknown>;

/** A booking as whoever is about to change it needs it. */
export interface LockedBooking extends Record<string, unknown> {
  id: string;
  version: number;
  status: BookingStatus;
  orgId: string;
  listingId: string;
  zoneId: string;
  userId: string;
  onBehalfOfOrgId: string | null;
  paymentPolicy: PaymentPolicy;
  startsAt: Date;
  endsAt: Date;
  timezone: string;
  quantity: number;
  attendees: number | null;
  purpose: string | null;
  publicTitle: string | null;
  showInPublicCalendar: boolean;
  recurringBookingId: string | null;
  overridden: boolean;
  expiresAt: Date | null;
  approval: BookingApproval;
  pricingGroup: string;
  discountCode: string | null;
  addOns: { key: string; quantity: number }[];
  total: number;
  currency: string;
  listingName: { nb: string; nn?: string; en?: string };
  zoneName: { nb: string; nn?: string; en?: string } | null;
}
