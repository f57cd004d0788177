import { DELIVERY_STATUSES, type DeliveryStatus } from '@digilist/contracts';
import { type Statement, statement } from '@kit/service';
import { iso } from '../../../database/shapes.js';

/**
 * Deliveries that are due, taken for as long as an attempt may last. SKIP LOCKED lets several processes take different
 * ones; one taken by a process that died comes back when its time is over.
 *
 * $1 how many · $2 seconds
 */
export const CLAIM_DELIVERIES = `
  WITH due AS MATERIALIZED (
    SELECT tenant_id, id FROM digilist.notification_deliveries
    WHERE status IN ('pending', 'sending') AND next_attempt_at <= now()
    ORDER BY next_attempt_at
    LIMIT $1
    FOR UPDATE SKIP LOCKED
  )
  UPDATE digilist.notification_deliveries delivery
  SET status = 'sending', attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => $2),
      updated_at = now(), version = delivery.version + 1
  FROM due
  JOIN digilist.platform_tenants tenant ON tenant.id = due.tenant_id
  LEFT JOIN digilist.notification_settings settings ON settings.tenant_id = due.tenant_id,
  digilist.notifications notification
  WHERE delivery.tenant_id = due.tenant_id AND delivery.id = due.id
    AND notification.tenant_id = delivery.tenant_id AND notification.id = delivery.notification_id
  RETURNING delivery.tenant_id AS "tenantId", delivery.id, delivery.channel, delivery.attempts, delivery.recipient,
            coalesce(delivery.subject, notification.subject) AS subject,
            coalesce(delivery.body, notification.body) AS body, notification.locale, tenant.name AS "tenantName",
            settings.sms_integration_id AS "smsIntegrationId"`;

export interface ClaimedDelivery {
  tenantId: string;
  id: string;
  channel: 'email' | 'sms';
  attempts: number;
  recipient: string;
  subject: string;
  body: string;
  locale: string;
  tenantName: string;
  smsIntegrationId: string | null;
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

const SHOWN = `
  delivery.id, delivery.notification_id AS "notificationId", delivery.channel, delivery.status,
  delivery.skip_reason AS "skipReason", ${iso('delivery.sent_at')} AS "sentAt", notification.event,
  notification.booking_id AS "bookingId", notification.user_id AS "userId", delivery.recipient, delivery.attempts,
  delivery.last_error AS "lastError", ${iso('delivery.created_at')} AS "createdAt",
  CASE WHEN delivery.status IN ('pending', 'sending') THEN ${iso('delivery.next_attempt_at')} END AS "nextAttemptAt"`;
const NOTIFICATION = `JOIN digilist.notifications notification
    ON notification.tenant_id = delivery.tenant_id AND notification.id = delivery.notification_id`;

const list = (name: string, condition: string): Statement =>
  statement(
    name,
    `SELECT ${SHOWN} FROM digilist.notification_deliveries delivery ${NOTIFICATION}
     WHERE delivery.tenant_id = $1 AND ($2::uuid IS NULL OR delivery.id < $2::uuid) AND ${condition}
     ORDER BY delivery.id DESC LIMIT $3`,
  );

/** $1 tenant · $2 id to continue below, or null · $3 how many. A statement per status, so that each has its index. */
export const LIST_DELIVERIES = {
  all: list('list-deliveries', 'true'),
  ...(Object.fromEntries(
    DELIVERY_STATUSES.map((status) => [status, list(`list-${status}-deliveries`, `delivery.status = '${status}'`)]),
  ) as Record<DeliveryStatus, Statement>),
};

/** $1 tenant · $2 delivery */
export const LOCK_DELIVERY = statement(
  'lock-delivery',
  `SELECT status FROM digilist.notification_deliveries WHERE tenant_id = $1 AND id = $2 FOR UPDATE`,
);

/** $1 tenant · $2 delivery · $3 actor. To the address that the person has now; a full round of attempts begins. */
export const RETRY_DELIVERY = statement(
  'retry-delivery',
  `UPDATE digilist.notification_deliveries delivery
   SET status = 'pending', attempts = 0, next_attempt_at = now(), updated_at = now(), updated_by = $3,
     version = delivery.version + 1,
     recipient = coalesce(CASE delivery.channel WHEN 'email' THEN nullif(person.email, '') ELSE preference.phone END,
       delivery.recipient)
   FROM digilist.notifications notification
   JOIN digilist.platform_users person ON person.tenant_id = notification.tenant_id AND person.id = notification.user_id
   LEFT JOIN digilist.notification_preferences preference
     ON preference.tenant_id = notification.tenant_id AND preference.user_id = notification.user_id
   WHERE delivery.tenant_id = $1 AND delivery.id = $2
     AND notification.tenant_id = $1 AND notification.id = delivery.notification_id
   RETURNING ${SHOWN}`,
);

/** Tenants where mails of the day wait. Across tenants. */
export const TENANTS_WITH_DIGESTS = `
  SELECT DISTINCT tenant.id AS "tenantId", tenant.timezone, tenant.slug
  FROM digilist.notification_deliveries delivery
  JOIN digilist.platform_tenants tenant ON tenant.id = delivery.tenant_id
  WHERE delivery.status = 'waiting'`;

/**
 * Makes one mail for each recipient of all that waits for them since before an instant: the oldest carries the words of
 * all, and the others went with it.
 *
 * $1 tenant · $2 since before when · $3 headings per language · $4 how many a mail lists at most
 */
export const SEND_DIGESTS = `
  WITH gathered AS MATERIALIZED (
    SELECT delivery.id, delivery.recipient, notification.locale,
      coalesce(delivery.subject, notification.subject) AS subject, notification.user_id,
      row_number() OVER by_person AS nth, count(*) OVER (PARTITION BY notification.user_id) AS of_all
    FROM (
      SELECT * FROM digilist.notification_deliveries
      WHERE tenant_id = $1 AND status = 'waiting' AND created_at < $2 ORDER BY id FOR UPDATE
    ) delivery
    JOIN digilist.notifications notification ON notification.tenant_id = $1 AND notification.id = delivery.notification_id
    WINDOW by_person AS (PARTITION BY notification.user_id ORDER BY delivery.id)
  ),
  letter AS (
    SELECT user_id, min(locale) AS locale, max(of_all) AS n, string_agg('– ' || subject, E'\\n' ORDER BY nth)
      FILTER (WHERE nth <= $4::int) AS lines
    FROM gathered GROUP BY user_id
  )
  UPDATE digilist.notification_deliveries delivery
  SET status = CASE WHEN nth = 1 THEN 'pending' ELSE 'skipped' END,
    skip_reason = CASE WHEN nth > 1 THEN 'in_digest' END,
    subject = CASE WHEN nth = 1 THEN replace($3::jsonb -> letter.locale ->> 'subject', '{count}', n::text) END,
    body = CASE WHEN nth = 1 THEN concat_ws(E'\\n\\n', $3::jsonb -> letter.locale ->> 'body', lines,
      CASE WHEN n > $4::int THEN replace($3::jsonb -> letter.locale ->> 'more', '{count}', (n - $4::int)::text) END,
      $3::jsonb -> letter.locale ->> 'link') END,
    next_attempt_at = now(), updated_at = now(), version = delivery.version + 1
  FROM gathered JOIN letter USING (user_id)
  WHERE delivery.tenant_id = $1 AND delivery.id = gathered.id`;

/** $1 before when · $2 how many. Messages that are still to be sent keep their notification. Across tenants. */
export const FORGET_OLD = `
  WITH old AS (
    SELECT tenant_id, id FROM digilist.notifications notification
    WHERE created_at < $1 AND NOT EXISTS (
      SELECT FROM digilist.notification_deliveries delivery
      WHERE delivery.tenant_id = notification.tenant_id AND delivery.notification_id = notification.id
        AND delivery.status IN ('pending', 'sending', 'waiting'))
    LIMIT $2 FOR UPDATE SKIP LOCKED
  ), deliveries AS (
    DELETE FROM digilist.notification_deliveries delivery USING old
    WHERE delivery.tenant_id = old.tenant_id AND delivery.notification_id = old.id
  )
  DELETE FROM digilist.notifications notification USING old
  WHERE notification.tenant_id = old.tenant_id AND notification.id = old.id RETURNING notification.id`;
