import type {
  Booking,
  BookingApproval,
  BookingHistoryEntry,
  BookingItem,
  BookingSort,
  BookingStatus,
  BookingSummary,
  PaymentPolicy,
} from '@digilist/contracts';
import { type Statement, statement } from '@kit/service';
import { named } from '../../database/named-statement.js';
import { iso } from '../../database/shapes.js';

const MONEY = (amount: string) => `jsonb_build_object('amount', ${amount}, 'currency', b.currency)`;

/** What is paid of booking `b`. One look into an index for each. */
const PAYMENT = `(SELECT jsonb_build_object(
    'status', CASE WHEN due > 0 THEN 'due' WHEN paid = 0 THEN 'none' WHEN refunded = 0 THEN 'paid'
      WHEN refunded < paid THEN 'partially_refunded' ELSE 'refunded' END,
    'due', ${MONEY('due')}, 'paid', ${MONEY('paid')}, 'refunded', ${MONEY('refunded')})
  FROM (
    SELECT coalesce(sum(pb.paid), 0)::bigint AS paid, coalesce(sum(pb.refunded), 0)::bigint AS refunded,
      CASE WHEN b.status = 'awaiting_payment' THEN greatest(b.total - coalesce(sum(pb.paid - pb.promised), 0), 0) ELSE 0 END::bigint AS due
    FROM digilist.payment_bookings pb WHERE pb.tenant_id = b.tenant_id AND pb.booking_id = b.id
  ) money) AS payment`;

/** Columns of a booking `b` in the shape of the contract. */
const SUMMARY = `
  b.id, b.status, b.listing_id AS "listingId", b.zone_id AS "zoneId", b.org_id AS "orgId", b.user_id AS "userId",
  b.on_behalf_of_org_id AS "onBehalfOfOrgId", ${iso('b.starts_at')} AS "startsAt", ${iso('b.ends_at')} AS "endsAt",
  b.quantity, b.attendees, b.purpose, b.public_title AS "publicTitle",
  b.show_in_public_calendar AS "showInPublicCalendar", b.recurring_booking_id AS "recurringBookingId", b.overridden,
  jsonb_build_object('amount', b.total, 'currency', b.currency) AS total, ${PAYMENT},
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

const FOR_CHANGE = `SELECT b.id, b.version, b.status, b.org_id AS "orgId", b.listing_id AS "listingId", b.zone_id AS "zoneId",
     b.user_id AS "userId", b.on_behalf_of_org_id AS "onBehalfOfOrgId", b.payment_policy AS "paymentPolicy",
     b.starts_at AS "startsAt", b.ends_at AS "endsAt", b.timezone, b.quantity, b.attendees, b.purpose,
     b.public_title AS "publicTitle", b.show_in_public_calendar AS "showInPublicCalendar",
     b.recurring_booking_id AS "recurringBookingId", b.overridden, b.expires_at AS "expiresAt", b.approval,
     b.pricing_group AS "pricingGroup", b.discount_code AS "discountCode", b.add_ons AS "addOns", b.created_at AS "createdAt",
     b.total::float8 AS total, b.currency, l.name AS "listingName",
     CASE WHEN z.implicit THEN NULL ELSE z.name END AS "zoneName"
   FROM digilist.bookings b
   JOIN digilist.listings l ON l.tenant_id = b.tenant_id AND l.id = b.listing_id
   JOIN digilist.zones z ON z.tenant_id = b.tenant_id AND z.id = b.zone_id
   WHERE b.tenant_id = $1 AND b.id = ANY ($2::uuid[])`;

/** $1 tenant · $2 ids. As whoever is about to change them needs them, but only to look at. */
export const READ_BOOKINGS = statement('read-bookings', FOR_CHANGE);

/**
 * $1 tenant · $2 ids. Whoever changes bookings locks them first, in the order of their ids: so versions are without gaps,
 * and nobody waits in a circle.
 */
export const LOCK_BOOKINGS = statement('lock-bookings', `${FOR_CHANGE} ORDER BY b.id FOR NO KEY UPDATE OF b`);

/** $1 tenant · $2 booking */
export const GET_HISTORY = statement(
  'get-booking-history',
  `SELECT h.id, h.change, h.from_status AS "from", h.to_status AS "to", h.detail, h.actor_kind AS "actorKind",
     h.created_by AS "actorId", h.reason, ${iso('h.created_at')} AS "at"
   FROM digilist.booking_history h WHERE h.tenant_id = $1 AND h.booking_id = $2 ORDER BY h.id`,
);
export type HistoryRow = BookingHistoryEntry & Record<string, unknown>;

/** $1 tenant · $2 booking */
export const GET_ITEMS = statement(
  'get-booking-items',
  `SELECT i.id, i.listing_id AS "listingId", i.listing_version AS "listingVersion", i.snapshot -> 'listing' AS "listingName",
     i.zone_id AS "zoneId", i.snapshot -> 'zone' AS "zoneName", i.quantity, i.snapshot ->> 'pricingGroup' AS "pricingGroup",
     jsonb_build_object(
       'net', jsonb_build_object('amount', i.net, 'currency', b.currency),
       'vat', jsonb_build_object('amount', i.vat, 'currency', b.currency),
       'total', jsonb_build_object('amount', i.total, 'currency', b.currency),
       'lines', i.snapshot -> 'lines') AS price,
     ${iso('i.created_at')} AS "createdAt"
   FROM digilist.booking_items i
   JOIN digilist.bookings b ON b.tenant_id = i.tenant_id AND b.id = i.booking_id
   WHERE i.tenant_id = $1 AND i.booking_id = $2 ORDER BY i.id`,
);
export type ItemRow = BookingItem & Record<string, unknown>;

export interface MoveBookings {
  tenantId: string;
  actorId: string;
  actorKind: 'user' | 'job' | 'anonymous' | 'service';
  /** One entry per booking, in all three. */
  ids: readonly string[];
  versions: readonly number[];
  from: readonly BookingStatus[];
  to: BookingStatus;
  /** Instant from which the calendar is free again ('-infinity': all of it); null: the time is kept, until `expiresAt`. */
  freeFrom: string | null;
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
     -- What has passed stays as it was; of what is running only the past stays.
     UPDATE digilist.allocations a
     SET status = CASE WHEN a.starts_at >= @freeFrom::timestamptz THEN 'released' ELSE a.status END,
       during = CASE WHEN a.starts_at < @freeFrom AND a.ends_at > @freeFrom
         THEN tstzrange(a.starts_at, @freeFrom, '[)') ELSE a.during END,
       expires_at = @expiresAt, version = a.version + 1, updated_at = now(), updated_by = @actorId
     FROM moved
     WHERE a.tenant_id = @tenantId AND a.booking_id = moved.id AND a.active
       AND (a.ends_at > @freeFrom OR a.expires_at IS DISTINCT FROM @expiresAt)
   ), noted AS (
     INSERT INTO digilist.booking_history (tenant_id, booking_id, from_status, to_status, actor_kind, reason, created_by)
     SELECT @tenantId, moved.id, moved.from_status, @to, @actorKind, @reason, @actorId FROM moved ORDER BY moved.id
   )
   SELECT id, version FROM moved`,
);

/** Tenants with bookings of which this holds, and the user who acts there by himself. Across tenants: for the system's pool. */
const tenantsWith = (condition: string): string => `
  SELECT DISTINCT b.tenant_id AS "tenantId", t.service_user_id AS "actorId"
  FROM digilist.bookings b
  JOIN digilist.platform_tenants t ON t.id = b.tenant_id
  WHERE ${condition}`;

/** $1 tenant · $2 how many. Those that somebody else has at hand are left to them. */
const atHand = (name: string, condition: string) =>
  statement(
    name,
    `SELECT b.id FROM digilist.bookings b WHERE b.tenant_id = $1 AND ${condition}
     ORDER BY b.id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED`,
  );

const EXPIRED = `b.status IN ('draft', 'awaiting_payment') AND b.expires_at <= now()`;
export const TENANTS_WITH_EXPIRED_BOOKINGS = tenantsWith(EXPIRED);
export const EXPIRED_BOOKINGS = atHand('expired-bookings', EXPIRED);

const OVER = `b.status = 'confirmed' AND b.ends_at <= now() - interval '24 hours'`;
export const TENANTS_WITH_COMPLETED_BOOKINGS = tenantsWith(OVER);
export const COMPLETED_BOOKINGS = atHand('completed-bookings', OVER);

/**
 * $1 tenant · $2 bookings · $3 until when · $4 actor. Their holds end no sooner, in the calendar as in the booking; nothing
 * that anybody decides on has changed, so their versions stay.
 */
export const PROLONG_HOLDS = statement(
  'prolong-holds',
  `WITH prolonged AS (
     UPDATE digilist.bookings b
     SET expires_at = $3, updated_at = now(), updated_by = $4
     WHERE b.tenant_id = $1 AND b.id = ANY ($2::uuid[]) AND b.status = 'awaiting_payment' AND b.expires_at < $3
     RETURNING b.id
   )
   UPDATE digilist.allocations a
   SET expires_at = $3, version = a.version + 1, updated_at = now(), updated_by = $4
   FROM prolonged WHERE a.tenant_id = $1 AND a.booking_id = prolonged.id AND a.active`,
);

export interface QueueBookings {
  tenantId: string;
  actorId: string;
  /** One entry per booking, in all of them; JSON is text already. */
  approvalIds: readonly (string | null)[];
  bookingIds: readonly string[];
  orgIds: readonly string[];
  workflowIds: readonly (string | null)[];
  levels: readonly (string | null)[];
  priorities: readonly (string | null)[];
  reasons: readonly string[];
  dueAts: readonly (Date | null)[];
}

/** What was paid ahead of a decision goes to the queue. */
export const QUEUE_BOOKINGS = named<QueueBookings>(
  'queue-bookings',
  `INSERT INTO digilist.booking_approvals
     (tenant_id, org_id, id, booking_id, workflow_id, level, priority, reasons, due_at, created_by, updated_by)
   SELECT @tenantId, q.org_id, q.id, q.booking_id, q.workflow_id, q.level, q.priority, q.reasons, q.due_at, @actorId, @actorId
   FROM unnest(@approvalIds::uuid[], @bookingIds::uuid[], @orgIds::uuid[], @workflowIds::uuid[], @levels::text[],
     @priorities::text[], @reasons::jsonb[], @dueAts::timestamptz[])
     q (id, booking_id, org_id, workflow_id, level, priority, reasons, due_at)`,
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
  status: readonly BookingStatus[] | null;
  listingId: string | null;
  zoneId: string | null;
  onBehalfOfOrgId: string | null;
  recurringBookingId: string | null;
  from: Date | null;
  to: Date | null;
}

export interface ListPage {
  sort: BookingSort;
  /** Sort keys of the last row of the page before. */
  after: readonly (string | number)[] | null;
  limit: number;
}

export interface Question {
  /** Names what is asked, so that each question is prepared once. */
  name: string;
  conditions: string[];
  values: unknown[];
}

/** What a filter asks of bookings `b`. */
export function questionOf(filter: ListFilter): Question {
  const values: unknown[] = [filter.tenantId];
  const used: string[] = [];
  const conditions = ['b.tenant_id = $1'];
  const where = (name: string, value: unknown, condition: (parameter: string) => string): void => {
    if (value === null) return;
    used.push(name);
    conditions.push(condition(`$${values.push(value)}`));
  };
  if (filter.ownerId === null && !filter.everywhere) {
    const caller = `$${values.push(filter.callerId)}`;
    where(
      'reach',
      filter.orgIds,
      (p) => `(b.org_id = ANY (${p}::uuid[]) OR b.on_behalf_of_org_id = ANY (${p}::uuid[]) OR b.user_id = ${caller})`,
    );
  }
  where('own', filter.ownerId, (p) => `b.user_id = ${p}`);
  where('status', filter.status, (p) => `b.status = ANY (${p}::text[])`);
  where('listing', filter.listingId, (p) => `b.listing_id = ${p}`);
  where('zone', filter.zoneId, (p) => `b.zone_id = ${p}`);
  where('behalf', filter.onBehalfOfOrgId, (p) => `b.on_behalf_of_org_id = ${p}`);
  where('series', filter.recurringBookingId, (p) => `b.recurring_booking_id = ${p}`);
  where('from', filter.from, (p) => `b.ends_at > ${p}`);
  where('to', filter.to, (p) => `b.starts_at < ${p}`);
  return { name: used.join('+'), conditions, values };
}

const ORDERS: Readonly<
  Record<
    BookingSort,
    { by: string; after: (parameter: (value: unknown) => string, keys: readonly unknown[]) => string }
  >
> = {
  newest: { by: 'b.id DESC', after: (p, [id]) => `b.id < ${p(id)}::uuid` },
  startsAt: {
    by: 'b.starts_at, b.id',
    after: (p, [startsAt, id]) => `(b.starts_at, b.id) > (${p(startsAt)}::timestamptz, ${p(id)}::uuid)`,
  },
};

export function listBookingsStatement(filter: ListFilter, page: ListPage): { statement: Statement; values: unknown[] } {
  const { name, conditions, values } = questionOf(filter);
  const order = ORDERS[page.sort];
  const add = (value: unknown): string => `$${values.push(value)}`;
  if (page.after !== null) conditions.push(order.after(add, page.after));
  const text = `SELECT ${SUMMARY} FROM digilist.bookings b WHERE ${conditions.join(' AND ')} ORDER BY ${order.by} LIMIT ${add(page.limit)}`;
  const asked = [page.sort, ...(page.after === null ? [] : ['after']), name].join(' ').trim();
  return { statement: statement(`list-bookings ${asked}`, text), values };
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
  createdAt: Date;
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
