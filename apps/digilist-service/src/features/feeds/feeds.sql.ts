import type { CalendarFeed, CalendarFeedKind } from '@digilist/contracts';
import type { Locale } from '@kit/contracts';
import { statement } from '@kit/service';
import { iso } from '../../database/shapes.js';
import { ENDED, type FeedRow } from './domain/feed-events.js';

const FEED = `f.id, f.kind, coalesce(f.organization_id, f.listing_id) AS "targetId", ${iso('f.created_at')} AS "createdAt"`;

/** $1 tenant · $2 user */
export const LIST_FEEDS = statement(
  'list-calendar-feeds',
  `SELECT ${FEED} FROM digilist.calendar_feeds f WHERE f.tenant_id = $1 AND f.user_id = $2 ORDER BY f.id`,
);

/** $1 tenant · $2 user. Those who make several links at once wait for each other, so that they are counted. */
export const LOCK_FOLLOWER = statement(
  'lock-follower',
  `SELECT pg_advisory_xact_lock(hashtextextended($1::text || $2::text || 'calendar feeds', 0))::text AS locked`,
);

/** $1 tenant · $2 id · $3 user · $4 kind · $5 organization · $6 listing · $7 hash · $8 how many there may be */
export const INSERT_FEED = statement(
  'insert-calendar-feed',
  `INSERT INTO digilist.calendar_feeds AS f
     (tenant_id, id, user_id, kind, organization_id, listing_id, secret_hash, created_by)
   SELECT $1::uuid, $2::uuid, $3::uuid, $4::text, $5::uuid, $6::uuid, $7::bytea, $3
   WHERE (SELECT count(*) FROM digilist.calendar_feeds c WHERE c.tenant_id = $1 AND c.user_id = $3) < $8
   RETURNING ${FEED}`,
);
export type FeedAnswer = CalendarFeed & Record<string, unknown>;

/** $1 tenant · $2 user · $3 id */
export const DELETE_FEED = statement(
  'delete-calendar-feed',
  'DELETE FROM digilist.calendar_feeds WHERE tenant_id = $1 AND user_id = $2 AND id = $3 RETURNING id',
);

/** $1 tenant · $2 hash */
export const FIND_FEED = statement(
  'find-calendar-feed',
  `SELECT f.id, f.kind, f.user_id AS "userId", f.organization_id AS "organizationId", f.listing_id AS "listingId",
     t.slug, u.locale
   FROM digilist.calendar_feeds f
   JOIN digilist.platform_tenants t ON t.tenant_id = f.tenant_id
   JOIN digilist.platform_users u ON u.tenant_id = f.tenant_id AND u.id = f.user_id
   WHERE f.tenant_id = $1 AND f.secret_hash = $2`,
);
export interface FoundFeed extends Record<string, unknown> {
  id: string;
  kind: CalendarFeedKind;
  userId: string;
  organizationId: string | null;
  listingId: string | null;
  slug: string;
  locale: Locale;
}

/** $1 tenant · $2 user · $3 organization */
export const FIND_ORGANIZATION = statement(
  'find-organization-to-follow',
  `SELECT o.name, EXISTS (SELECT FROM digilist.platform_memberships m
     WHERE m.tenant_id = $1 AND m.user_id = $2 AND m.org_id = $3 AND m.status = 'active' AND NOT m.deleted) AS member
   FROM digilist.platform_organizations o
   WHERE o.tenant_id = $1 AND o.id = $3 AND o.status = 'active' AND NOT o.deleted`,
);

const ended = (status: string) => `${status} IN (${ENDED.map((name) => `'${name}'`).join(', ')})`;

const PLACE = `l.name AS "listingName", CASE WHEN z.implicit THEN NULL ELSE z.name END AS "zoneName",
  nullif(concat_ws(', ', l.street, nullif(concat_ws(' ', l.postal_code, l.city), '')), '') AS address`;

const OF_PLACE = (a: string) => `JOIN digilist.listings l ON l.tenant_id = $1 AND l.id = ${a}.listing_id
  LEFT JOIN digilist.zones z ON z.tenant_id = $1 AND z.id = ${a}.zone_id`;

/** $3 and $4 window · $5 since when what has ended is still told · $6 and $7 after this start and id */
const wanted = (a: string) => `${a}.ends_at > $3::timestamptz AND ${a}.starts_at < $4::timestamptz
  AND (NOT ${ended(`${a}.status`)} OR ${a}.updated_at > $5::timestamptz)
  AND ($6::timestamptz IS NULL OR ${a}.starts_at > $6::timestamptz OR (${a}.starts_at = $6::timestamptz AND ${a}.id > $7::uuid))`;

/** To strangers a booking has a title once somebody has said yes to it. */
const bookings = (whose: string, { purpose }: { purpose: boolean }) =>
  `SELECT b.id, b.version, b.status, b.starts_at AS "startsAt", b.ends_at AS "endsAt", b.updated_at AS "updatedAt",
     b.timezone, 'booking' AS kind, CASE WHEN b.show_in_public_calendar${purpose ? '' : ` AND b.status IN ('confirmed', 'completed')`} THEN b.public_title END AS "publicTitle",
     NULL::jsonb AS "publicNote", ${purpose ? 'left(b.purpose, 500)' : 'NULL::text'} AS purpose, ${PLACE}
   FROM digilist.bookings b ${OF_PLACE('b')}
   WHERE b.tenant_id = $1 AND ${whose} AND b.status <> 'draft' AND ${wanted('b')}
     AND (b.status <> 'awaiting_payment' OR b.expires_at > now())`;

const page = (rows: string) => `SELECT * FROM (${rows}) each ORDER BY each."startsAt", each.id LIMIT $8`;

/** $1 tenant · $2 user or organization · $3 to $7 as above · $8 how many */
const OWN_EVENTS = statement('own-calendar-events', page(bookings('b.user_id = $2', { purpose: true })));
const ORGANIZATION_EVENTS = statement(
  'organization-calendar-events',
  page(bookings('b.on_behalf_of_org_id = $2', { purpose: true })),
);

/** $2 the listing: whatever takes something of it, also as part of a package, and blocks. Nothing tells who. */
const LISTING_EVENTS = statement(
  'listing-calendar-events',
  page(`${bookings(
    `b.id IN (
       SELECT a.booking_id FROM digilist.allocations a
       WHERE a.tenant_id = $1 AND NOT a.buffer AND a.booking_id IS NOT NULL
         AND a.atom_id = ANY (ARRAY(SELECT t.id FROM digilist.atoms t WHERE t.tenant_id = $1 AND t.listing_id = $2))
         AND a.starts_at < $4::timestamptz AND a.starts_at > $3::timestamptz - interval '400 days')`,
    { purpose: false },
  )}
   UNION ALL
   SELECT k.id, k.version, k.status, k.starts_at, k.ends_at, k.updated_at, l.timezone, k.kind, NULL, k.public_note, NULL, ${PLACE}
   FROM digilist.blocks k ${OF_PLACE('k')}
   WHERE k.tenant_id = $1 AND k.org_id = l.org_id AND k.listing_id = $2 AND ${wanted('k')}`),
);

export const EVENTS = { personal: OWN_EVENTS, organization: ORGANIZATION_EVENTS, listing: LISTING_EVENTS } as const;
export type EventRow = FeedRow & Record<string, unknown>;

/** $1 tenant. Clocks by which times of the tenant are told. */
export const TIME_ZONES = statement(
  'time-zones-of-listings',
  'SELECT DISTINCT l.timezone FROM digilist.listings l WHERE l.tenant_id = $1 ORDER BY 1',
);
