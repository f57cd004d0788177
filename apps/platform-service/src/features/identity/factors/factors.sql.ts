import { statement } from '@kit/service';

/** One change of a user's factors at a time, and none while a second step is being verified. */
export const LOCK_HOLDER = statement(
  'lock-factor-holder',
  'SELECT id FROM platform.users WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE',
);

const HOLDER = `SELECT u.id, u.email, u.kind, u.status, coalesce(u.locale, t.locale) AS locale, t.slug, t.name AS tenant_name,
     p.secret_hash AS password_hash, coalesce(p.needs_second_factor, false) AS password_is_short,
     f.id AS totp_id, f.confirmed_at AS totp_confirmed_at,
     (SELECT count(*)::int FROM platform.recovery_codes r
      WHERE r.tenant_id = u.tenant_id AND r.user_id = u.id AND r.status = 'unused') AS recovery_codes,
     (SELECT count(*)::int FROM platform.passkeys k
      WHERE k.tenant_id = u.tenant_id AND k.user_id = u.id AND k.status = 'active') AS passkeys,
     (SELECT count(*)::int FROM platform.oauth_accounts o
      WHERE o.tenant_id = u.tenant_id AND o.user_id = u.id AND o.status = 'linked') AS providers
   FROM platform.users u
   JOIN platform.tenants t ON t.tenant_id = u.tenant_id
   LEFT JOIN platform.credentials p
     ON p.tenant_id = u.tenant_id AND p.user_id = u.id AND p.kind = 'password' AND p.status = 'active'
   LEFT JOIN platform.totp_factors f ON f.tenant_id = u.tenant_id AND f.user_id = u.id AND f.status = 'active'
   WHERE u.tenant_id = $1 AND u.id = $2`;

/** A user with every way to prove who they are. */
export const READ_HOLDER = statement('read-factor-holder', HOLDER);

export const HAS_TOTP = statement(
  'has-totp',
  `SELECT id FROM platform.totp_factors WHERE tenant_id = $1 AND user_id = $2 AND status = 'active'`,
);

// --- TOTP

export const DROP_PENDING_TOTP = statement(
  'drop-pending-totp',
  `UPDATE platform.totp_factors
   SET status = 'removed', secret_sealed = NULL, updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND user_id = $2 AND status = 'pending'`,
);

export const INSERT_TOTP = statement(
  'insert-totp',
  `INSERT INTO platform.totp_factors (tenant_id, id, user_id, secret_sealed, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $5, $6)`,
);

export const FIND_TOTP = statement(
  'find-totp',
  `SELECT id, secret_sealed, created_at FROM platform.totp_factors
   WHERE tenant_id = $1 AND user_id = $2 AND status = $3`,
);

export const ACTIVATE_TOTP = statement(
  'activate-totp',
  `UPDATE platform.totp_factors
   SET status = 'active', confirmed_at = $3, last_step = $4, updated_at = $3, updated_by = $5, version = version + 1
   WHERE tenant_id = $1 AND id = $2 AND status = 'pending' RETURNING id, version`,
);

/** Accepts a code: of any number of callers with the same one, the first. */
export const ACCEPT_STEP = statement(
  'accept-totp-step',
  `UPDATE platform.totp_factors SET last_step = $3, updated_at = $4
   WHERE tenant_id = $1 AND id = $2 AND status = 'active' AND last_step < $3 RETURNING id`,
);

export const REMOVE_TOTP = statement(
  'remove-totp',
  `UPDATE platform.totp_factors
   SET status = 'removed', secret_sealed = NULL, updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND user_id = $2 AND status = 'active' RETURNING id, version`,
);

// --- recovery codes

export const REPLACE_RECOVERY_CODES = statement(
  'replace-recovery-codes',
  `UPDATE platform.recovery_codes
   SET status = 'replaced', updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND user_id = $2 AND status = 'unused'`,
);

export const INSERT_RECOVERY_CODES = statement(
  'insert-recovery-codes',
  `INSERT INTO platform.recovery_codes (tenant_id, user_id, code_hash, created_at, created_by, updated_at, updated_by)
   SELECT $1, $2, hash, $4, $5, $4, $5 FROM unnest($3::bytea[]) AS hash`,
);

export const USE_RECOVERY_CODE = statement(
  'use-recovery-code',
  `UPDATE platform.recovery_codes
   SET status = 'used', updated_at = $4, updated_by = $2, version = version + 1
   WHERE tenant_id = $1 AND user_id = $2 AND code_hash = $3 AND status = 'unused' RETURNING id`,
);

// --- throttles

export const FIND_THROTTLE = statement(
  'find-factor-throttle',
  `SELECT failures, blocked_until FROM platform.factor_throttles
   WHERE tenant_id = $1 AND user_id = $2 AND kind = $3`,
);

export const PUT_THROTTLE = statement(
  'put-factor-throttle',
  `INSERT INTO platform.factor_throttles
     (tenant_id, user_id, kind, failures, blocked_until, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $2, $6, $2)
   ON CONFLICT (tenant_id, user_id, kind) DO UPDATE
   SET failures = excluded.failures, blocked_until = excluded.blocked_until, updated_at = excluded.updated_at,
     version = factor_throttles.version + 1`,
);

export const CLEAR_THROTTLES = statement(
  'clear-factor-throttles',
  `UPDATE platform.factor_throttles SET failures = 0, blocked_until = NULL, updated_at = $3, version = version + 1
   WHERE tenant_id = $1 AND user_id = $2 AND failures > 0`,
);

// --- freshness of sessions

/** Of a person: a program has nothing to prove itself anew with. */
export const READ_AUTHENTICATED_AT = statement(
  'read-session-freshness',
  `SELECT s.authenticated_at FROM platform.sessions s
   JOIN platform.users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id AND u.kind = 'person'
   WHERE s.tenant_id = $1 AND s.id = $2 AND s.user_id = $3 AND s.status = 'active'`,
);

export const RENEW_AUTHENTICATED_AT = statement(
  'renew-session-freshness',
  `UPDATE platform.sessions
   SET authenticated_at = $4, updated_at = $4, updated_by = $3, version = version + 1
   WHERE tenant_id = $1 AND id = $2 AND user_id = $3 AND status = 'active' RETURNING id`,
);
