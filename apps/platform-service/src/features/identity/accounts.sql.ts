import { statement } from '@kit/service';

export const INSERT_REQUEST = statement(
  'insert-account-request',
  `INSERT INTO platform.account_requests (tenant_id, id, kind, email, user_id, name, locale, password_hash, created_at,
     created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9, $10)`,
);

/** Requests nobody has worked on yet, of all tenants; read by the system role. */
export const CLAIM_REQUESTS = `
  UPDATE platform.account_requests r
  SET attempts = r.attempts + 1, next_attempt_at = now() + $2 * interval '1 second'
  FROM (SELECT d.tenant_id, d.id FROM platform.account_requests d
        WHERE d.status = 'requested' AND d.next_attempt_at <= now()
        ORDER BY d.next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED) due
  WHERE r.tenant_id = due.tenant_id AND r.id = due.id
  RETURNING r.tenant_id AS "tenantId", r.id`;

export const LOCK_REQUEST = statement(
  'lock-account-request',
  `SELECT r.id, r.kind, r.email, r.user_id, r.locale, r.created_at, t.slug, t.status AS tenant_status,
     t.locale AS tenant_locale
   FROM platform.account_requests r JOIN platform.tenants t ON t.tenant_id = r.tenant_id
   WHERE r.tenant_id = $1 AND r.id = $2 AND r.status = 'requested'
   FOR UPDATE OF r`,
);

/** Requests for one address are answered one after the other: each counts the mails of those before it. */
export const ONE_BY_ONE = statement(
  'account-requests-one-by-one',
  "SELECT pg_advisory_xact_lock(hashtextextended('account-requests/' || $1::text || '/' || $2, 0))",
);

/** Whom an address belongs to, and what was mailed to it since $3. */
export const KNOWN_OF_ADDRESS = statement(
  'known-of-address',
  `SELECT u.id AS "userId", u.status, u.locale,
     EXISTS (SELECT FROM platform.credentials c
       WHERE c.tenant_id = $1 AND c.user_id = u.id AND c.kind = 'password' AND c.status = 'active') AS "hasPassword",
     (SELECT r.id FROM platform.account_requests r
      WHERE r.tenant_id = $1 AND r.email = $2 AND r.kind = 'registration' AND r.status = 'mailed'
        AND r.token_hash IS NOT NULL AND r.expires_at > $4
      ORDER BY r.created_at DESC LIMIT 1) AS "registrationId",
     (SELECT count(*)::int FROM platform.account_requests r
      WHERE r.tenant_id = $1 AND r.email = $2 AND r.status IN ('mailed', 'used') AND r.created_at > $3) AS "mailsLately"
   FROM (SELECT 1) AS one
   LEFT JOIN platform.users u ON u.tenant_id = $1 AND u.email = $2 AND u.kind = 'person'`,
);

/** A new account keeps its password hash until the link is followed; nothing else has a use for one. */
export const NOTE_MAILED = statement(
  'note-account-request-mailed',
  `UPDATE platform.account_requests
   SET status = $3, token_hash = $4, expires_at = $5, user_id = $6, updated_at = $7, updated_by = $8,
     password_hash = CASE WHEN $4::bytea IS NULL THEN NULL ELSE password_hash END, version = version + 1
   WHERE tenant_id = $1 AND id = $2`,
);

/** Another link for a registration; the one before opens nothing any more. */
export const RENEW_TOKEN = statement(
  'renew-account-token',
  `UPDATE platform.account_requests
   SET token_hash = $3, expires_at = $4, updated_at = $5, updated_by = $6, version = version + 1
   WHERE tenant_id = $1 AND id = $2`,
);

const REDEEMABLE = `r.tenant_id = $1 AND r.token_hash = $2 AND r.kind = ANY ($3::text[]) AND r.status = 'mailed'
     AND r.expires_at > $4 AND t.tenant_id = r.tenant_id AND t.status = 'active' AND t.slug = coalesce($5, t.slug)`;

export const FIND_TOKEN = statement(
  'find-account-token',
  `SELECT r.id, r.email, r.user_id, u.name
   FROM platform.account_requests r
   JOIN platform.tenants t ON t.tenant_id = r.tenant_id
   LEFT JOIN platform.users u ON u.tenant_id = r.tenant_id AND u.id = r.user_id
   WHERE ${REDEEMABLE}`,
);

/** Good for once: of any number who bring the same token one gets the row. */
export const USE_TOKEN = statement(
  'use-account-token',
  `UPDATE platform.account_requests r
   SET status = 'used', password_hash = NULL, updated_at = $4, version = r.version + 1
   FROM platform.tenants t
   WHERE ${REDEEMABLE}
   RETURNING r.id, r.kind, r.email, r.user_id, r.name, r.locale, old.password_hash`,
);

/** Other links to the same end ($3) are worth nothing once one was followed. */
export const VOID_OF_USER = statement(
  'void-account-requests-of-user',
  `UPDATE platform.account_requests
   SET status = 'void', password_hash = NULL, updated_at = $4, updated_by = $5, version = version + 1
   WHERE tenant_id = $1 AND user_id = $2 AND kind = ANY ($3::text[]) AND status IN ('requested', 'mailed')`,
);

export const VOID_REGISTRATIONS = statement(
  'void-registrations',
  `UPDATE platform.account_requests
   SET status = 'void', password_hash = NULL, updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND email = $2 AND kind = 'registration' AND status IN ('requested', 'mailed')`,
);

/** One's own account, as changing it needs it. */
export const OWN_ACCOUNT = statement(
  'own-account',
  `SELECT u.id, u.email, u.name, u.status, coalesce(u.locale, t.locale) AS locale, c.secret_hash
   FROM platform.users u
   JOIN platform.tenants t ON t.tenant_id = u.tenant_id
   LEFT JOIN platform.credentials c
     ON c.tenant_id = u.tenant_id AND c.user_id = u.id AND c.kind = 'password' AND c.status = 'active'
   WHERE u.tenant_id = $1 AND u.id = $2 AND u.kind = 'person'`,
);

export const SET_PASSWORD = statement(
  'set-password',
  `INSERT INTO platform.credentials AS c (tenant_id, user_id, kind, secret_hash, needs_second_factor, created_at,
     created_by, updated_at, updated_by)
   VALUES ($1, $2, 'password', $3, $5, $4, $2, $4, $2)
   ON CONFLICT (tenant_id, user_id, kind) WHERE status = 'active' DO UPDATE
   SET secret_hash = $3, needs_second_factor = $5, updated_at = $4, updated_by = $2, version = c.version + 1`,
);

/** Only in place of the password that was checked ($4). */
export const REPLACE_PASSWORD = statement(
  'replace-password',
  `UPDATE platform.credentials
   SET secret_hash = $3, needs_second_factor = $6, updated_at = $5, updated_by = $2, version = version + 1
   WHERE tenant_id = $1 AND user_id = $2 AND kind = 'password' AND status = 'active' AND secret_hash = $4
   RETURNING id`,
);

/** Until the transaction ends nobody else takes the address. */
export const LOCK_ADDRESS = statement(
  'lock-address',
  "SELECT pg_advisory_xact_lock(hashtextextended('address/' || $1::text || '/' || $2::text, 0))",
);

export const ADDRESS_TAKEN = statement(
  'address-taken',
  'SELECT id FROM platform.users WHERE tenant_id = $1 AND email = $2',
);

export const SET_EMAIL = statement(
  'set-email',
  `UPDATE platform.users SET email = $3, updated_at = $4, updated_by = $2, version = version + 1
   WHERE tenant_id = $1 AND id = $2 AND status = 'active'
   RETURNING id, email, name, kind, status, locale, birth_date::text, created_at, version`,
);

export const TOUCH_USER = statement(
  'touch-user',
  `UPDATE platform.users SET updated_at = $3, updated_by = $2, version = version + 1
   WHERE tenant_id = $1 AND id = $2
   RETURNING id, email, name, kind, status, locale, birth_date::text, created_at, version`,
);

export const UPDATE_OWN = statement(
  'update-own-user',
  `UPDATE platform.users SET name = $3, locale = $4, updated_at = $5, updated_by = $2, version = version + 1
   WHERE tenant_id = $1 AND id = $2
   RETURNING id, email, name, kind, status, locale, birth_date::text, created_at, version`,
);
