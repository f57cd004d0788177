import { statement } from '@kit/service';

const ATTEMPTS = `SELECT kind, failures, last_failure_at AS "lastFailureAt", blocked_until AS "blockedUntil"
   FROM platform.login_attempts WHERE tenant_id = $1`;

export const FIND_ATTEMPTS = statement(
  'find-login-attempts',
  `${ATTEMPTS} AND (kind = 'account' AND subject = $2 OR kind = 'network' AND subject = $3)`,
);

export const LOCK_ATTEMPTS = statement(
  'lock-login-attempts',
  `${ATTEMPTS} AND kind = 'account' AND subject = $2 FOR UPDATE`,
);

/** The row, locked; one that knows of no failure where there was none. */
export const ENSURE_ATTEMPTS = statement(
  'ensure-login-attempts',
  `INSERT INTO platform.login_attempts AS a (tenant_id, kind, subject, failures, last_failure_at, blocked_until,
     created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, 0, $4, $4, $4, $5, $4, $5)
   ON CONFLICT (tenant_id, kind, subject) DO UPDATE SET updated_at = $4
   RETURNING a.failures, a.last_failure_at AS "lastFailureAt", a.blocked_until AS "blockedUntil"`,
);

export const NOTE_FAILURE = statement(
  'note-login-failure',
  `UPDATE platform.login_attempts
   SET failures = $4, last_failure_at = $5, blocked_until = $6, updated_at = $5, updated_by = $7, version = version + 1
   WHERE tenant_id = $1 AND kind = $2 AND subject = $3`,
);

export const FORGET_ATTEMPTS = statement(
  'forget-login-attempts',
  "DELETE FROM platform.login_attempts WHERE tenant_id = $1 AND kind = 'account' AND subject = $2",
);
