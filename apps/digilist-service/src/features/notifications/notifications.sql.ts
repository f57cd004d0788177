import { statement } from '@kit/service';
import { iso } from '../../database/shapes.js';

/**
 * Notifications and their mails, each in the language of its recipient. The unique key makes one per event and recipient.
 *
 * $1 tenant · $2 recipients · $3 event ids · $4 events · $5 bookings · $6 texts per language · $7 actor; one entry per
 * notification in all of $2 to $6
 */
export const NOTIFY = statement(
  'notify',
  `WITH recipient AS (
     SELECT notice.*, person.email, person.name, tenant.name AS tenant, coalesce(person.locale, tenant.locale) AS locale
     FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::jsonb[])
       AS notice (user_id, event_id, event, booking_id, texts)
     JOIN digilist.platform_users person ON person.tenant_id = $1 AND person.id = notice.user_id AND NOT person.deleted
     JOIN digilist.platform_tenants tenant ON tenant.tenant_id = $1
     WHERE EXISTS (
       SELECT FROM digilist.platform_entitlements
       WHERE tenant_id = $1 AND module_key = 'digilist.notifications' AND status = 'active' AND NOT deleted
     )
   ),
   written AS (
     INSERT INTO digilist.notifications
       (tenant_id, user_id, event_id, event, booking_id, locale, subject, body, created_by, updated_by)
     SELECT $1, user_id, event_id, event, booking_id, locale,
            left(replace(replace(texts -> locale ->> 'subject', '{name}', name), '{tenant}', tenant), 300),
            replace(replace(texts -> locale ->> 'body', '{name}', name), '{tenant}', tenant),
            $7::uuid, $7::uuid
     FROM recipient
     ON CONFLICT (tenant_id, event_id, user_id) DO NOTHING
     RETURNING id, user_id, event_id
   )
   INSERT INTO digilist.notification_deliveries (tenant_id, notification_id, channel, recipient, status, created_by, updated_by)
   SELECT $1, written.id, 'email', recipient.email,
          CASE WHEN recipient.email = '' THEN 'skipped' ELSE 'pending' END, $7::uuid, $7::uuid
   FROM written JOIN recipient USING (user_id, event_id)
   RETURNING status`,
);

export const OWN_TEMPLATES = statement(
  'own-notification-templates',
  `SELECT event, locale, subject, body FROM digilist.notification_templates
   WHERE tenant_id = $1 AND channel = 'email' AND status = 'active'`,
);

/** $1 tenant · $2 user · $3 id to continue below, or null · $4 how many */
export const LIST_NOTIFICATIONS = statement(
  'list-notifications',
  `SELECT notification.id, event, booking_id AS "bookingId", subject, body, notification.status,
          ${iso('notification.created_at')} AS "createdAt",
          coalesce(
            (SELECT jsonb_agg(jsonb_build_object('channel', channel, 'status', delivery.status, 'sentAt', ${iso('sent_at')}) ORDER BY channel)
             FROM digilist.notification_deliveries delivery
             WHERE delivery.tenant_id = $1 AND delivery.notification_id = notification.id),
            '[]'
          ) AS deliveries
   FROM digilist.notifications notification
   WHERE tenant_id = $1 AND user_id = $2 AND ($3::uuid IS NULL OR notification.id < $3::uuid)
   ORDER BY notification.id DESC
   LIMIT $4`,
);

/**
 * Deliveries that are due, taken for as long as an attempt may last. SKIP LOCKED lets several processes take different
 * ones; one taken by a process that died comes back when its time is over.
 *
 * $1 how many · $2 seconds
 */
export const CLAIM_DELIVERIES = `
  WITH due AS MATERIALIZED (
    SELECT tenant_id, id FROM digilist.notification_deliveries
    WHERE status IN ('pending', 'sending') AND channel = 'email' AND next_attempt_at <= now()
    ORDER BY next_attempt_at
    LIMIT $1
    FOR UPDATE SKIP LOCKED
  )
  UPDATE digilist.notification_deliveries delivery
  SET status = 'sending', attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => $2),
      updated_at = now(), version = delivery.version + 1
  FROM due, digilist.notifications notification, digilist.platform_tenants tenant
  WHERE delivery.tenant_id = due.tenant_id AND delivery.id = due.id
    AND notification.tenant_id = delivery.tenant_id AND notification.id = delivery.notification_id
    AND tenant.id = delivery.tenant_id
  RETURNING delivery.tenant_id AS "tenantId", delivery.id, delivery.attempts, delivery.recipient,
            notification.subject, notification.body, notification.locale, tenant.name AS "tenantName"`;

export interface ClaimedDelivery {
  tenantId: string;
  id: string;
  attempts: number;
  recipient: string;
  subject: string;
  body: string;
  locale: string;
  tenantName: string;
}

/** $1 tenant · $2 id · $3 attempts when claimed · $4 message id. Only who made the last claim may write its outcome. */
export const MARK_SENT = `
  UPDATE digilist.notification_deliveries
  SET status = 'sent', sent_at = now(), message_id = $4, last_error = NULL, updated_at = now(), version = version + 1
  WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND status = 'sending'`;

/** $1 tenant · $2 id · $3 attempts when claimed · $4 error · $5 seconds until the next attempt, or null */
export const MARK_FAILED = `
  UPDATE digilist.notification_deliveries
  SET status = CASE WHEN $5::int IS NULL THEN 'failed' ELSE 'pending' END, last_error = $4,
      next_attempt_at = now() + make_interval(secs => coalesce($5::int, 0)), updated_at = now(), version = version + 1
  WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND status = 'sending'`;
