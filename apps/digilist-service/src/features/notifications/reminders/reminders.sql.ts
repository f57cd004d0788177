import type { LocalText } from '@kit/contracts';
import { statement } from '@kit/service';

export interface SettingsRow extends Record<string, unknown> {
  reminderHours: number;
  smsIntegrationId: string | null;
  version: number;
}

const SETTINGS = `reminder_hours AS "reminderHours", sms_integration_id AS "smsIntegrationId", version`;

/** $1 tenant */
export const GET_SETTINGS = statement(
  'get-notification-settings',
  `SELECT ${SETTINGS} FROM digilist.notification_settings WHERE tenant_id = $1`,
);

/** $1 tenant · $2 hours · $3 integration · $4 expected version · $5 actor. No row: another version. */
export const PUT_SETTINGS = statement(
  'put-notification-settings',
  `INSERT INTO digilist.notification_settings AS settings
     (tenant_id, reminder_hours, sms_integration_id, created_by, updated_by)
   SELECT $1, $2, $3, $5, $5
   WHERE $4::int = 0 OR EXISTS (SELECT FROM digilist.notification_settings WHERE tenant_id = $1)
   ON CONFLICT (tenant_id) DO UPDATE
   SET reminder_hours = excluded.reminder_hours, sms_integration_id = excluded.sms_integration_id, updated_at = now(),
     updated_by = excluded.updated_by, version = settings.version + 1
   WHERE settings.version = $4::int
   RETURNING id, ${SETTINGS}`,
);

export interface ReminderRow extends Record<string, unknown> {
  orgId: string;
  hours: number | null;
  effectiveHours: number;
  version: number;
}

/** $1 tenant · $2 listing */
export const GET_REMINDER = statement(
  'get-listing-reminder',
  `SELECT listing.org_id AS "orgId", reminder.hours, coalesce(reminder.version, 0) AS version,
     coalesce(reminder.hours, settings.reminder_hours, 24) AS "effectiveHours"
   FROM digilist.listings listing
   LEFT JOIN digilist.listing_reminders reminder ON reminder.tenant_id = $1 AND reminder.listing_id = listing.id
   LEFT JOIN digilist.notification_settings settings ON settings.tenant_id = $1
   WHERE listing.tenant_id = $1 AND listing.id = $2`,
);

/** $1 tenant · $2 listing · $3 its organization · $4 hours · $5 expected version · $6 actor. No row: another version. */
export const PUT_REMINDER = statement(
  'put-listing-reminder',
  `INSERT INTO digilist.listing_reminders AS reminder (tenant_id, listing_id, org_id, hours, created_by, updated_by)
   SELECT $1, $2, $3, $4, $6, $6
   WHERE $5::int = 0 OR EXISTS (SELECT FROM digilist.listing_reminders WHERE tenant_id = $1 AND listing_id = $2)
   ON CONFLICT (tenant_id, listing_id) DO UPDATE
   SET hours = excluded.hours, updated_at = now(), updated_by = excluded.updated_by, version = reminder.version + 1
   WHERE reminder.version = $5::int
   RETURNING id`,
);

const HOURS = `coalesce(reminder.hours, settings.reminder_hours, 24)`;
/** The longest that a reminder may come ahead. */
const AHEAD = `interval '336 hours'`;

/** Tenants that remind at all and have a booking ahead. Across tenants. $1 now */
export const TENANTS_WITH_REMINDERS = `
  SELECT tenant.id AS "tenantId", tenant.service_user_id AS "actorId"
  FROM digilist.platform_tenants tenant
  JOIN digilist.platform_entitlements entitlement ON entitlement.tenant_id = tenant.id
    AND entitlement.module_key = 'digilist.notifications' AND entitlement.status = 'active' AND NOT entitlement.deleted
  WHERE tenant.status = 'active' AND NOT tenant.deleted AND EXISTS (
    SELECT FROM digilist.bookings booking
    WHERE booking.tenant_id = tenant.id AND booking.starts_at > $1 AND booking.starts_at <= $1::timestamptz + ${AHEAD}
      AND booking.status = 'confirmed')`;

/**
 * Bookings of which it is time to remind, and of which nobody has been reminded at this time of theirs: the id of the
 * reminder follows from both. Whoever booked within a few hours of when the reminder would have come, knows.
 *
 * $1 tenant · $2 now · $3 how many
 */
export const DUE_REMINDERS = statement(
  'due-reminders',
  `SELECT booking.id, booking.user_id AS "userId", booking.starts_at AS "startsAt", booking.ends_at AS "endsAt",
     booking.timezone, booking.total::float8 AS total, booking.currency, listing.name AS "listingName",
     CASE WHEN zone.implicit THEN NULL ELSE zone.name END AS "zoneName", once.id AS "eventId"
   FROM digilist.bookings booking
   JOIN digilist.listings listing ON listing.tenant_id = booking.tenant_id AND listing.id = booking.listing_id
   JOIN digilist.zones zone ON zone.tenant_id = booking.tenant_id AND zone.id = booking.zone_id
   JOIN digilist.platform_users person ON person.tenant_id = $1 AND person.id = booking.user_id AND NOT person.deleted
   LEFT JOIN digilist.listing_reminders reminder ON reminder.tenant_id = $1 AND reminder.listing_id = booking.listing_id
   LEFT JOIN digilist.notification_settings settings ON settings.tenant_id = $1
   CROSS JOIN LATERAL (
     SELECT md5('reminder ' || booking.id || ' ' || extract(epoch FROM booking.starts_at)::bigint)::uuid AS id
   ) once
   WHERE booking.tenant_id = $1 AND booking.status = 'confirmed'
     AND booking.starts_at > $2::timestamptz AND booking.starts_at <= $2::timestamptz + ${AHEAD}
     AND booking.starts_at <= $2::timestamptz + make_interval(hours => ${HOURS})
     AND booking.created_at <= booking.starts_at - make_interval(hours => ${HOURS} + 3)
     AND NOT EXISTS (
       SELECT FROM digilist.notifications told
       WHERE told.tenant_id = $1 AND told.event_id = once.id AND told.user_id = booking.user_id)
   ORDER BY booking.starts_at, booking.id
   LIMIT $3
   FOR SHARE OF booking SKIP LOCKED`,
);
export interface DueReminder extends Record<string, unknown> {
  id: string;
  userId: string;
  startsAt: Date;
  endsAt: Date;
  timezone: string;
  total: number;
  currency: string;
  listingName: LocalText;
  zoneName: LocalText | null;
  eventId: string;
}
