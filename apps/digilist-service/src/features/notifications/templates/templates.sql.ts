import type { DeliveryChannel, NotificationEvent } from '@digilist/contracts';
import type { Locale } from '@kit/contracts';
import { statement } from '@kit/service';

/** $1 tenant. Also retired ones: their version goes on. */
export const TEMPLATE_ROWS = statement(
  'notification-templates',
  `SELECT event, channel, locale, subject, body, status, version FROM digilist.notification_templates WHERE tenant_id = $1`,
);
export interface TemplateRow extends Record<string, unknown> {
  event: NotificationEvent;
  channel: DeliveryChannel;
  locale: Locale;
  subject: string;
  body: string;
  status: 'active' | 'retired';
  version: number;
}

/** $1 tenant · $2 event · $3 channel · $4 locale · $5 subject · $6 body · $7 expected version · $8 actor. No row: another version. */
export const PUT_TEMPLATE = statement(
  'put-notification-template',
  `INSERT INTO digilist.notification_templates AS template
     (tenant_id, event, channel, locale, subject, body, created_by, updated_by)
   SELECT $1, $2, $3, $4, $5, $6, $8, $8
   WHERE $7::int = 0 OR EXISTS (
     SELECT FROM digilist.notification_templates WHERE tenant_id = $1 AND event = $2 AND channel = $3 AND locale = $4)
   ON CONFLICT (tenant_id, event, channel, locale) DO UPDATE
   SET subject = excluded.subject, body = excluded.body, status = 'active', updated_at = now(),
     updated_by = excluded.updated_by, version = template.version + 1
   WHERE template.version = $7::int
   RETURNING id, version`,
);

/** $1 tenant · $2 event · $3 channel · $4 locale · $5 actor */
export const RETIRE_TEMPLATE = statement(
  'retire-notification-template',
  `UPDATE digilist.notification_templates SET status = 'retired', updated_at = now(), updated_by = $5, version = version + 1
   WHERE tenant_id = $1 AND event = $2 AND channel = $3 AND locale = $4 AND status = 'active'
   RETURNING id`,
);

/** $1 tenant · $2 user */
export const ADDRESSEE = statement(
  'notification-addressee',
  `SELECT person.email, person.name, tenant.name AS tenant, tenant.slug, preference.phone
   FROM digilist.platform_tenants tenant
   JOIN digilist.platform_users person ON person.tenant_id = $1 AND person.id = $2
   LEFT JOIN digilist.notification_preferences preference ON preference.tenant_id = $1 AND preference.user_id = $2
   WHERE tenant.tenant_id = $1`,
);
export interface Addressee extends Record<string, unknown> {
  email: string;
  name: string;
  tenant: string;
  slug: string;
  phone: string | null;
}

/**
 * A notification that its recipient sees only where it is sent to.
 *
 * $1 tenant · $2 user · $3 event id · $4 event · $5 locale · $6 subject · $7 body · $8 channel · $9 recipient
 */
export const SEND_TEST = statement(
  'send-test-notification',
  `WITH written AS (
     INSERT INTO digilist.notifications
       (tenant_id, user_id, event_id, event, locale, subject, body, in_app, created_by, updated_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8 = 'in_app', $2, $2) RETURNING id
   )
   INSERT INTO digilist.notification_deliveries
     (tenant_id, notification_id, channel, status, sent_at, recipient, created_by, updated_by)
   SELECT $1, id, $8, CASE $8 WHEN 'in_app' THEN 'sent' ELSE 'pending' END, CASE $8 WHEN 'in_app' THEN now() END, $9, $2, $2
   FROM written RETURNING id`,
);
