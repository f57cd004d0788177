import type { DeliveryChannel, NotificationGroup } from '@digilist/contracts';
import { statement } from '@kit/service';

export interface PreferenceRow extends Record<string, unknown> {
  choices: Partial<Record<NotificationGroup, DeliveryChannel[]>>;
  dailyDigest: boolean;
  phone: string | null;
  phoneToVerify: string | null;
  version: number;
}

const SHOWN = `choices, daily_digest AS "dailyDigest", phone,
  CASE WHEN code_expires_at > now() THEN phone_asked END AS "phoneToVerify", version`;

/** $1 tenant · $2 user */
export const GET_PREFERENCES = statement(
  'get-notification-preferences',
  `SELECT ${SHOWN} FROM digilist.notification_preferences WHERE tenant_id = $1 AND user_id = $2`,
);

/** $1 tenant · $2 user · $3 choices · $4 daily digest · $5 expected version. No row: another version. */
export const PUT_PREFERENCES = statement(
  'put-notification-preferences',
  `INSERT INTO digilist.notification_preferences AS preference
     (tenant_id, user_id, choices, daily_digest, created_by, updated_by)
   SELECT $1, $2, $3, $4, $2, $2
   WHERE $5::int = 0 OR EXISTS (SELECT FROM digilist.notification_preferences WHERE tenant_id = $1 AND user_id = $2)
   ON CONFLICT (tenant_id, user_id) DO UPDATE
   SET choices = excluded.choices, daily_digest = excluded.daily_digest, updated_at = now(),
     updated_by = excluded.updated_by, version = preference.version + 1
   WHERE preference.version = $5::int
   RETURNING ${SHOWN}`,
);

/** $1 tenant */
export const SMS_INTEGRATION = statement(
  'sms-integration',
  `SELECT tenant.name AS tenant, settings.sms_integration_id AS id
   FROM digilist.platform_tenants tenant
   LEFT JOIN digilist.notification_settings settings ON settings.tenant_id = $1
   WHERE tenant.tenant_id = $1`,
);

/**
 * Notes a number and the code that is about to be sent to it. No row: one was sent a moment ago, or many today.
 *
 * $1 tenant · $2 user · $3 phone · $4 hash of the code · $5 now · $6 minutes that it lasts · $7 seconds between two
 * · $8 how many a day
 */
export const ASK_PHONE = statement(
  'ask-phone',
  `INSERT INTO digilist.notification_preferences AS preference
     (tenant_id, user_id, phone_asked, code_hash, code_expires_at, codes_sent, code_sent_at, created_by, updated_by)
   VALUES ($1, $2, $3, $4, $5::timestamptz + make_interval(mins => $6), 1, $5, $2, $2)
   ON CONFLICT (tenant_id, user_id) DO UPDATE
   SET phone_asked = excluded.phone_asked, code_hash = excluded.code_hash, code_expires_at = excluded.code_expires_at,
     code_tries = 0, code_sent_at = excluded.code_sent_at,
     codes_sent = CASE WHEN preference.code_sent_at > $5::timestamptz - interval '1 day' THEN preference.codes_sent ELSE 0 END + 1,
     updated_at = now(), updated_by = $2, version = preference.version + 1
   WHERE preference.code_sent_at IS NULL
     OR preference.code_sent_at <= $5::timestamptz - interval '1 day'
     OR (preference.codes_sent < $8 AND preference.code_sent_at <= $5::timestamptz - make_interval(secs => $7))
   RETURNING ${SHOWN}`,
);

/**
 * Counts a try, and takes the number over when the code is right, in time and not tried too often.
 *
 * $1 tenant · $2 user · $3 hash of the code · $4 now · $5 how many tries
 */
export const VERIFY_PHONE = statement(
  'verify-phone',
  `WITH tried AS (
     SELECT id, code_hash = $3 AND code_expires_at > $4 AND code_tries < $5 AS right_one
     FROM digilist.notification_preferences
     WHERE tenant_id = $1 AND user_id = $2 AND phone_asked IS NOT NULL FOR UPDATE
   )
   UPDATE digilist.notification_preferences preference
   SET phone = CASE WHEN right_one THEN phone_asked ELSE phone END,
     phone_asked = CASE WHEN NOT right_one THEN phone_asked END,
     code_hash = CASE WHEN NOT right_one THEN code_hash END,
     code_expires_at = CASE WHEN NOT right_one THEN code_expires_at END,
     code_tries = code_tries + 1, updated_at = now(), updated_by = $2, version = version + 1
   FROM tried WHERE preference.tenant_id = $1 AND preference.id = tried.id
   RETURNING right_one AS "right", ${SHOWN}`,
);

/** $1 tenant · $2 user */
export const REMOVE_PHONE = statement(
  'remove-phone',
  `UPDATE digilist.notification_preferences
   SET phone = NULL, phone_asked = NULL, code_hash = NULL, code_expires_at = NULL, updated_at = now(), updated_by = $2,
     version = version + 1
   WHERE tenant_id = $1 AND user_id = $2 AND (phone IS NOT NULL OR phone_asked IS NOT NULL)
   RETURNING id`,
);
