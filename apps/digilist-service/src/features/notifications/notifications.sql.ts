import type { NotificationEvent } from '@digilist/contracts';
import { statement } from '@kit/service';
import { iso } from '../../database/shapes.js';

/** Whom a text addresses is known only here. */
const addressed = (text: string): string =>
  `replace(replace(replace(${text}, '{name}', name), '{tenant}', tenant), '{slug}', slug)`;

/**
 * Notifications and the messages that go out with them, each in the language of its recipient and by the channels that
 * they have chosen. The unique key makes one per event and recipient. Answers those that are new.
 *
 * $1 tenant · $2 recipients · $3 event ids · $4 events · $5 bookings · $6 what to say, as `Wording` · $7 actor; one entry
 * per notification in all of $2 to $6
 */
export const NOTIFY = statement(
  'notify',
  `WITH recipient AS (
     SELECT notice.*, person.email, person.name, tenant.name AS tenant, tenant.slug, preference.phone,
       wording -> coalesce(person.locale, tenant.locale) AS text, coalesce(person.locale, tenant.locale) AS locale,
       coalesce(preference.choices -> (wording ->> 'group'), '["email", "in_app"]') AS channels,
       (wording ->> 'mandatory')::boolean AS mandatory,
       (wording ->> 'digestible')::boolean AND coalesce(preference.daily_digest, false) AS waits
     FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::jsonb[])
       AS notice (user_id, event_id, event, booking_id, wording)
     JOIN digilist.platform_users person ON person.tenant_id = $1 AND person.id = notice.user_id AND NOT person.deleted
     JOIN digilist.platform_tenants tenant ON tenant.tenant_id = $1
     LEFT JOIN digilist.notification_preferences preference
       ON preference.tenant_id = $1 AND preference.user_id = notice.user_id
     WHERE EXISTS (
       SELECT FROM digilist.platform_entitlements
       WHERE tenant_id = $1 AND module_key = 'digilist.notifications' AND status = 'active' AND NOT deleted
     )
   ),
   written AS (
     INSERT INTO digilist.notifications
       (tenant_id, user_id, event_id, event, booking_id, locale, subject, body, in_app, created_by, updated_by)
     SELECT $1, user_id, event_id, event, booking_id, locale, left(${addressed(`text ->> 'subject'`)}, 300),
       ${addressed(`text ->> 'body'`)}, channels ? 'in_app', $7::uuid, $7::uuid
     FROM recipient
     ON CONFLICT (tenant_id, event_id, user_id) DO NOTHING
     RETURNING id, user_id, event_id, event, booking_id, in_app
   ),
   message AS (
     SELECT written.id, channel, address, skip_reason, waits AND channel = 'email' AS waits,
       left(${addressed('own_subject')}, 300) AS subject, ${addressed('own_body')} AS body
     FROM written JOIN recipient USING (user_id, event_id)
     CROSS JOIN LATERAL (
       SELECT 'email', email, text -> 'email' ->> 'subject', text -> 'email' ->> 'body', CASE
         WHEN email = '' THEN 'no_address'
         WHEN NOT mandatory AND NOT channels ? 'email' THEN 'preference' END
       UNION ALL
       SELECT 'sms', coalesce(phone, ''), NULL, text ->> 'sms', CASE
         WHEN phone IS NULL THEN 'no_address'
         WHEN NOT EXISTS (
           SELECT FROM digilist.notification_settings WHERE tenant_id = $1 AND sms_integration_id IS NOT NULL
         ) THEN 'not_configured' END
       WHERE channels ? 'sms'
       UNION ALL
       SELECT 'in_app', '', NULL, NULL, 'preference' WHERE NOT channels ? 'in_app'
     ) AS way (channel, address, own_subject, own_body, skip_reason)
   ),
   sent AS (
     INSERT INTO digilist.notification_deliveries
       (tenant_id, notification_id, channel, recipient, status, skip_reason, subject, body, created_by, updated_by)
     SELECT $1, id, channel, address,
       CASE WHEN skip_reason IS NOT NULL THEN 'skipped' WHEN waits THEN 'waiting' ELSE 'pending' END,
       skip_reason, subject, body, $7::uuid, $7::uuid
     FROM message
   )
   SELECT id, user_id AS "userId", event, booking_id AS "bookingId" , in_app AS "inApp" FROM written`,
);
export interface Written extends Record<string, unknown> {
  id: string;
  userId: string;
  event: NotificationEvent;
  bookingId: string | null;
  inApp: boolean;
}

const DELIVERIES = `coalesce(
  (SELECT jsonb_agg(jsonb_build_object('channel', channel, 'status', delivery.status, 'skipReason', skip_reason,
     'sentAt', ${iso('sent_at')}) ORDER BY channel)
   FROM digilist.notification_deliveries delivery
   WHERE delivery.tenant_id = $1 AND delivery.notification_id = notification.id),
  '[]')`;

const list = (name: string, condition: string) =>
  statement(
    name,
    `SELECT notification.id, event, booking_id AS "bookingId", subject, body, notification.status,
       ${iso('notification.created_at')} AS "createdAt", ${DELIVERIES} AS deliveries
     FROM digilist.notifications notification
     WHERE tenant_id = $1 AND user_id = $2 AND in_app AND ($3::uuid IS NULL OR notification.id < $3::uuid) AND ${condition}
     ORDER BY notification.id DESC
     LIMIT $4`,
  );

/** $1 tenant · $2 user · $3 id to continue below, or null · $4 how many. A statement each, so that each has its index. */
export const LIST_NOTIFICATIONS = {
  all: list('list-notifications', 'true'),
  unread: list('list-unread-notifications', `notification.status = 'unread'`),
  read: list('list-read-notifications', `notification.status = 'read'`),
};

/** $1 tenant · $2 user */
export const COUNT_UNREAD = statement(
  'count-unread-notifications',
  `SELECT count(*)::int AS unread FROM digilist.notifications
   WHERE tenant_id = $1 AND user_id = $2 AND status = 'unread' AND in_app`,
);

/** $1 tenant · $2 user · $3 notification. Answers it whether or not it was read before. */
export const READ_NOTIFICATION = statement(
  'read-notification',
  `WITH marked AS (
     UPDATE digilist.notifications
     SET status = 'read', read_at = now(), updated_at = now(), updated_by = $2, version = version + 1
     WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND status = 'unread' AND in_app
   )
   SELECT id FROM digilist.notifications WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND in_app`,
);

/** $1 tenant · $2 user */
export const READ_ALL = statement(
  'read-all-notifications',
  `UPDATE digilist.notifications
   SET status = 'read', read_at = now(), updated_at = now(), updated_by = $2, version = version + 1
   WHERE tenant_id = $1 AND user_id = $2 AND status = 'unread' AND in_app`,
);
