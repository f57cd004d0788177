import type { BookingStatus, PaymentPolicy, RecurringBookingSummary, SeriesStatus } from '@digilist/contracts';
import { type Statement, statement } from '@kit/service';
import { named } from '../../database/named-statement.js';
import { iso, wallTime } from '../../database/shapes.js';

const date = (column: string) => `to_char(${column}, 'YYYY-MM-DD')`;
const dates = (column: string) => `ARRAY(SELECT ${date('d')} FROM unnest(${column}) d)`;

/** Over by itself when its last date is; nobody has to write that down. */
const STATUS = `CASE WHEN s.status = 'active' AND s.ends_at <= now() THEN 'completed' ELSE s.status END`;

/** Every change of the series or of one of its bookings makes it larger. */
const STAMP = `(s.version + s.passed_on + coalesce((SELECT sum(b.version) FROM digilist.bookings b
  WHERE b.tenant_id = s.tenant_id AND b.recurring_booking_id = s.id), 0))::integer`;

const SUMMARY = `
  s.id, ${STATUS} AS status, s.listing_id AS "listingId", s.zone_id AS "zoneId", s.org_id AS "orgId", s.user_id AS "userId",
  s.on_behalf_of_org_id AS "onBehalfOfOrgId", s.continues, s.rule, ${date('s.first_date')} AS "firstDate",
  ${date('s.last_date')} AS "lastDate", ${wallTime('s.starts_time')} AS "startsTime", ${wallTime('s.ends_time')} AS "endsTime",
  s.timezone, ${dates('s.except_dates')} AS "exceptDates", ${dates('s.extra_dates')} AS "extraDates",
  s.conflict_policy AS "conflictPolicy", s.quantity, s.attendees, s.purpose, s.public_title AS "publicTitle",
  s.pricing_group AS "pricingGroup", s.discount_code AS "discountCode", ${iso('s.created_at')} AS "createdAt"`;

const WHOLE = `${SUMMARY}, s.add_ons AS "addOns", s.terms_version AS "termsVersion", s.skipped, s.version AS revision,
  s.passed_on AS "passedOn", s.ends_at AS "endsAt"`;

/** A series as whoever decides about it needs it. */
export interface SeriesRow extends Record<string, unknown>, Omit<RecurringBookingSummary, 'version'> {
  addOns: { key: string; quantity: number }[];
  termsVersion: string | null;
  skipped: SkippedDate[];
  /** Of the row, not of what callers see. */
  revision: number;
  passedOn: number;
  endsAt: Date;
}

export interface SkippedDate {
  date: string;
  outcome: 'conflict' | 'rule' | 'local_time';
  reasons: { code: string; rule: string | null; message: string; details: Record<string, unknown> }[];
}

/** $1 tenant · $2 id */
export const GET_SERIES = statement(
  'get-series',
  `SELECT ${WHOLE} FROM digilist.recurring_bookings s WHERE s.tenant_id = $1 AND s.id = $2`,
);

/** $1 tenant · $2 id. Whoever changes a series or its bookings as such locks it first. */
export const LOCK_SERIES = statement(
  'lock-series',
  `SELECT ${WHOLE} FROM digilist.recurring_bookings s WHERE s.tenant_id = $1 AND s.id = $2 FOR NO KEY UPDATE`,
);

export interface OccurrenceRow extends Record<string, unknown> {
  id: string;
  date: string;
  version: number;
  status: BookingStatus;
  listingId: string;
  zoneId: string;
  orgId: string;
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
  total: number;
  currency: string;
  expiresAt: Date | null;
  overridden: boolean;
}

const OCCURRENCES = `SELECT b.id, ${date('b.occurrence_date')} AS date, b.version, b.status, b.listing_id AS "listingId",
  b.zone_id AS "zoneId", b.org_id AS "orgId", b.user_id AS "userId", b.on_behalf_of_org_id AS "onBehalfOfOrgId",
  b.payment_policy AS "paymentPolicy", b.starts_at AS "startsAt", b.ends_at AS "endsAt", b.timezone, b.quantity, b.attendees,
  b.purpose, b.public_title AS "publicTitle", b.total::float8 AS total, b.currency, b.expires_at AS "expiresAt", b.overridden
  FROM digilist.bookings b WHERE b.tenant_id = $1 AND b.recurring_booking_id = $2`;

/** $1 tenant · $2 series. In the order of dates; of one date the booking that counts comes last. */
export const GET_OCCURRENCES = statement('get-occurrences', `${OCCURRENCES} ORDER BY b.occurrence_date, b.id`);

/** The same in the order in which everybody locks bookings. */
export const LOCK_OCCURRENCES = statement('lock-occurrences', `${OCCURRENCES} ORDER BY b.id FOR NO KEY UPDATE`);

export interface SeriesFilter {
  tenantId: string;
  /** Only of this user; null: those within the reach below. */
  ownerId: string | null;
  everywhere: boolean;
  orgIds: readonly string[];
  callerId: string;
  status: SeriesStatus | null;
  listingId: string | null;
  beforeId: string | null;
  limit: number;
}

/** Which series a list shows. Each combination is a statement of its own, so that each uses its index. */
export function listSeriesStatement(filter: SeriesFilter): { statement: Statement; values: unknown[] } {
  const values: unknown[] = [filter.tenantId];
  const used: string[] = [];
  const conditions = ['s.tenant_id = $1'];
  const add = (value: unknown): string => `$${values.push(value)}`;
  const where = (name: string, condition: string): void => {
    used.push(name);
    conditions.push(condition);
  };
  if (filter.ownerId !== null) where('own', `s.user_id = ${add(filter.ownerId)}`);
  else if (!filter.everywhere) {
    const orgs = add(filter.orgIds);
    where(
      'reach',
      `(s.org_id = ANY (${orgs}) OR s.on_behalf_of_org_id = ANY (${orgs}) OR s.user_id = ${add(filter.callerId)})`,
    );
  }
  if (filter.status !== null) where('status', `${STATUS} = ${add(filter.status)}`);
  if (filter.listingId !== null) where('listing', `s.listing_id = ${add(filter.listingId)}`);
  if (filter.beforeId !== null) where('before', `s.id < ${add(filter.beforeId)}`);
  const text = `SELECT ${SUMMARY}, ${STAMP} AS version FROM digilist.recurring_bookings s
    WHERE ${conditions.join(' AND ')} ORDER BY s.id DESC LIMIT ${add(filter.limit)}`;
  return { statement: statement(`list-series ${used.join('+')}`.trim(), text), values };
}

/**
 * $1 tenant · $2 atoms · $3 and $4 starts and ends of windows that do not touch, in minutes · $5 bookings whose stays are
 * told apart. Every stay once, however many windows it reaches into: [atom, from, until, buffer, quantity, place in $5].
 */
export const READ_BUSY_DAYS = statement(
  'read-busy-days',
  `WITH stay AS (
     SELECT DISTINCT a.id, a.atom_number, a.starts_at, a.ends_at, a.buffer, a.quantity, a.booking_id
     FROM unnest($3::float8[], $4::float8[]) AS w (from_minute, until_minute)
     CROSS JOIN unnest($2::uuid[]) AS t (atom_id)
     CROSS JOIN LATERAL (
       SELECT s.id, s.atom_number, s.starts_at, s.ends_at, s.buffer, s.quantity, s.booking_id
       FROM digilist.allocations s
       WHERE s.tenant_id = $1 AND s.atom_id = t.atom_id AND s.active AND NOT s.long_stay
         AND s.starts_at > to_timestamp(w.from_minute * 60) - interval '1 day' AND s.starts_at < to_timestamp(w.until_minute * 60)
         AND s.ends_at > to_timestamp(w.from_minute * 60) AND (s.expires_at IS NULL OR s.expires_at > now())
       UNION ALL
       SELECT l.id, l.atom_number, l.starts_at, l.ends_at, l.buffer, l.quantity, l.booking_id
       FROM digilist.allocations l
       WHERE l.tenant_id = $1 AND l.atom_id = t.atom_id AND l.active AND l.long_stay
         AND l.starts_at < to_timestamp(w.until_minute * 60) AND l.ends_at > to_timestamp(w.from_minute * 60)
         AND (l.expires_at IS NULL OR l.expires_at > now())
     ) a
   )
   SELECT coalesce(json_agg(json_build_array(stay.atom_number, floor(extract(epoch FROM stay.starts_at) / 60),
     ceil(extract(epoch FROM stay.ends_at) / 60), stay.buffer, stay.quantity, array_position($5::uuid[], stay.booking_id))), '[]') AS busy
   FROM stay`,
);
export type BusyStay = [
  atom: number,
  from: number,
  until: number,
  buffer: boolean,
  quantity: number,
  owner: number | null,
];

export interface TakeDays {
  tenantId: string;
  actorId: string;
  /** Of all of them; those that end otherwise are corrected afterwards. */
  expiresAt: Date | null;
  freedIds: readonly string[];
  zoneIds: readonly string[];
  zoneShapes: readonly number[];
  /** One entry per claim, in all seven. */
  owners: readonly string[];
  atomIds: readonly string[];
  quantities: readonly number[];
  starts: readonly Date[];
  ends: readonly Date[];
  before: readonly number[];
  after: readonly number[];
}

export interface TakenDay extends Record<string, unknown> {
  owner: string;
  outcome: 'taken' | 'occupied' | 'stock';
  atoms: string[] | null;
  expired: unknown[] | null;
  /** The zones are still what they were when they were read. */
  unchanged: boolean;
}

/** All dates at once: what can be had is taken, and what cannot is told. */
export const TAKE_DAYS = named<TakeDays>(
  'take-days',
  `WITH taken AS MATERIALIZED (
     SELECT t.owner, t.outcome, t.atoms, t.expired
     FROM digilist.take_times(@tenantId, @actorId, 'BOOKING', @expiresAt, @freedIds::uuid[], @owners::uuid[], @atomIds::uuid[],
       @quantities::integer[], @starts::timestamptz[], @ends::timestamptz[], @before::integer[], @after::integer[]) t
   ), unchanged AS MATERIALIZED (
     -- As where bookings are placed: what belongs to the zones must still be as it was read.
     SELECT z.id
     FROM (SELECT count(*) FROM taken) done CROSS JOIN unnest(@zoneIds::uuid[], @zoneShapes::integer[]) AS n (id, shape)
     JOIN digilist.zones z ON z.tenant_id = @tenantId AND z.id = n.id AND z.status = 'active' AND z.shape = n.shape
     ORDER BY z.id FOR KEY SHARE OF z
   )
   SELECT taken.owner, taken.outcome, taken.atoms, taken.expired,
     (SELECT count(*) FROM unchanged) = cardinality(@zoneIds::uuid[]) AS unchanged
   FROM taken`,
);

/** $1 tenant · $2 bookings · $3 when each of them ends by itself */
export const LET_EXPIRE = statement(
  'let-occurrences-expire',
  `UPDATE digilist.allocations a SET expires_at = e.expires_at
   FROM unnest($2::uuid[], $3::timestamptz[]) AS e (booking_id, expires_at)
   WHERE a.tenant_id = $1 AND a.booking_id = e.booking_id AND a.active`,
);

export interface WriteSeries {
  tenantId: string;
  actorId: string;
  id: string;
  orgId: string;
  listingId: string;
  zoneId: string;
  userId: string;
  onBehalfOfOrgId: string | null;
  continues: string | null;
  rule: string;
  firstDate: string;
  lastDate: string;
  endsAt: Date;
  startsTime: string;
  endsTime: string;
  timezone: string;
  exceptDates: readonly string[];
  extraDates: readonly string[];
  skipped: string;
  conflictPolicy: string;
  quantity: number;
  attendees: number | null;
  purpose: string | null;
  publicTitle: string | null;
  pricingGroup: string;
  discountCode: string | null;
  addOns: string;
  termsVersion: string | null;
}

export const INSERT_SERIES_ROW = `INSERT INTO digilist.recurring_bookings (tenant_id, id, org_id, listing_id, zone_id, user_id, on_behalf_of_org_id, continues, rule,
     first_date, last_date, ends_at, starts_time, ends_time, timezone, except_dates, extra_dates, skipped, conflict_policy,
     quantity, attendees, purpose, public_title, pricing_group, discount_code, add_ons, terms_version, created_by, updated_by)
   VALUES (@tenantId, @id, @orgId, @listingId, @zoneId, @userId, @onBehalfOfOrgId, @continues, @rule, @firstDate, @lastDate, @endsAt,
     @startsTime, @endsTime, @timezone, @exceptDates::date[], @extraDates::date[], @skipped, @conflictPolicy, @quantity,
     @attendees, @purpose, @publicTitle, @pricingGroup, @discountCode, @addOns, @termsVersion, @actorId, @actorId)`;

export const INSERT_SERIES = named<WriteSeries>('insert-series', INSERT_SERIES_ROW);

/** What of a series may change. Whose it is and what it is of stays. */
export const UPDATE_SERIES = named<
  Omit<
    WriteSeries,
    | 'orgId'
    | 'listingId'
    | 'userId'
    | 'onBehalfOfOrgId'
    | 'continues'
    | 'addOns'
    | 'pricingGroup'
    | 'discountCode'
    | 'timezone'
  > & { status: string; passedOn: number }
>(
  'update-series',
  `UPDATE digilist.recurring_bookings s
   SET status = @status, zone_id = @zoneId, rule = @rule, first_date = @firstDate, last_date = @lastDate, ends_at = @endsAt,
     starts_time = @startsTime, ends_time = @endsTime, except_dates = @exceptDates::date[], extra_dates = @extraDates::date[],
     skipped = @skipped, conflict_policy = @conflictPolicy, quantity = @quantity, attendees = @attendees, purpose = @purpose,
     public_title = @publicTitle, terms_version = @termsVersion, passed_on = s.passed_on + @passedOn, version = s.version + 1,
     updated_at = now(), updated_by = @actorId
   WHERE s.tenant_id = @tenantId AND s.id = @id
   RETURNING s.version AS revision`,
);
