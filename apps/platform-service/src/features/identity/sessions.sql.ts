import { statement } from '@kit/service';

export const FIND_ACCOUNT = statement(
  'find-account',
  `SELECT u.id, u.email, coalesce(u.locale, t.locale) AS locale, u.status, t.slug, c.secret_hash
   FROM platform.users u
   JOIN platform.tenants t ON t.tenant_id = u.tenant_id
   JOIN platform.credentials c
     ON c.tenant_id = u.tenant_id AND c.user_id = u.id AND c.kind = 'password' AND c.status = 'active'
   WHERE u.tenant_id = $1 AND u.email = $2 AND u.kind = 'person'`,
);

/** Stronger parameters for the same password; unless it was changed meanwhile ($3). */
export const RENEW_PASSWORD_HASH = statement(
  'renew-password-hash',
  `UPDATE platform.credentials
   SET secret_hash = $4, updated_at = now(), updated_by = $2, version = version + 1
   WHERE tenant_id = $1 AND user_id = $2 AND kind = 'password' AND status = 'active' AND secret_hash = $3`,
);

/**
 * Only for a user who still is active and, where a password let them in ($11), still has the one that was checked
 * outside the transaction.
 */
export const INSERT_SESSION = statement(
  'insert-session',
  `INSERT INTO platform.sessions (tenant_id, id, user_id, family_hash, current_hash, idle_expires_at,
     absolute_expires_at, last_used_at, ip, user_agent, created_at, created_by, updated_at, updated_by, methods,
     authenticated_at, provider, provider_session, impersonator_id, idle_seconds)
   SELECT $1, $2, u.id, $4, $5, least($6::timestamptz, $7::timestamptz), $7, $8, $9, $10, $8, u.id, $8, u.id, $12,
     least($8::timestamptz, $17::timestamptz), $13, $14, $15, $16
   FROM platform.users u
   WHERE u.tenant_id = $1 AND u.id = $3 AND u.status = 'active'
     AND ($11::text IS NULL OR EXISTS (
       SELECT FROM platform.credentials c
       WHERE c.tenant_id = u.tenant_id AND c.user_id = u.id AND c.kind = 'password' AND c.status = 'active'
         AND c.secret_hash = $11))
   FOR SHARE OF u
   RETURNING id`,
);

/** The rotation: one conditional UPDATE, so that of any number of callers with the same token one wins. */
export const ROTATE = statement(
  'rotate-session',
  `UPDATE platform.sessions s
   SET generation = s.generation + 1, previous_hash = s.current_hash, current_hash = $4, successor_sealed = $5,
     rotated_at = $6, last_used_at = $6,
     idle_expires_at = least($7::timestamptz, $6::timestamptz + s.idle_seconds * interval '1 second', s.absolute_expires_at),
     updated_at = $6, updated_by = s.user_id, version = s.version + 1
   FROM platform.tenants t
   WHERE s.tenant_id = $1 AND s.family_hash = $2 AND s.current_hash = $3 AND s.status = 'active'
     AND s.idle_expires_at > $6 AND t.tenant_id = s.tenant_id AND t.status = 'active' AND t.slug = coalesce($8, t.slug)
   RETURNING s.id, s.user_id, s.impersonator_id, t.slug`,
);

export const FIND_FAMILY = statement(
  'find-session-family',
  `SELECT s.id, s.user_id, s.impersonator_id, s.status, s.current_hash, s.previous_hash, s.successor_sealed, s.rotated_at,
     s.idle_expires_at, s.absolute_expires_at, t.slug, t.status AS tenant_status
   FROM platform.sessions s JOIN platform.tenants t ON t.tenant_id = s.tenant_id
   WHERE s.tenant_id = $1 AND s.family_hash = $2 AND t.slug = coalesce($3, t.slug)`,
);

const END = `UPDATE platform.sessions
   SET status = 'ended', ended_at = $3, end_reason = $4, updated_at = $3, updated_by = $5, version = version + 1
   WHERE tenant_id = $1 AND status = 'active'`;

export const END_SESSION = statement('end-session', `${END} AND id = $2 RETURNING id, user_id, version`);

/** One of the caller's own. */
export const END_OWN_SESSION = statement(
  'end-own-session',
  `${END} AND id = $2 AND user_id = $5 RETURNING id, user_id, version`,
);

/** All of a user's ($2), but for one ($6, or NULL). */
export const END_SESSIONS_OF_USER = statement(
  'end-sessions-of-user',
  `${END} AND user_id = $2 AND id IS DISTINCT FROM $6 RETURNING id, user_id, version`,
);

/** Locks what is known of a user's sessions, and counts it on. */
export const NEXT_SESSIONS_VERSION = statement(
  'next-user-sessions-version',
  `INSERT INTO platform.user_sessions AS u (tenant_id, id, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $3, $4)
   ON CONFLICT (tenant_id, id) DO UPDATE SET version = u.version + 1, updated_at = $3, updated_by = $4
   RETURNING version`,
);

export const LOCK_SESSIONS_VERSIONS = statement(
  'lock-user-sessions-versions',
  `SELECT id, version FROM platform.user_sessions WHERE tenant_id = $1 AND id = ANY ($2::uuid[]) ORDER BY id FOR UPDATE`,
);

export const LATELY_ENDED = statement(
  'list-lately-ended-sessions',
  `SELECT id FROM platform.sessions
   WHERE tenant_id = $1 AND user_id = $2 AND status = 'ended' AND ended_at > $3 ORDER BY id`,
);

/** One of a user's, whoever asks. */
export const END_SESSION_OF_USER = statement(
  'end-session-of-user',
  `${END} AND id = $2 AND user_id = $6 RETURNING id, user_id, version`,
);

export const USER_EXISTS = statement(
  'user-of-sessions',
  'SELECT id FROM platform.users WHERE tenant_id = $1 AND id = $2',
);

const SESSION = `SELECT id, created_at, last_used_at, idle_expires_at, absolute_expires_at, ip, user_agent
   FROM platform.sessions
   WHERE tenant_id = $1 AND user_id = $2 AND status = 'active' AND idle_expires_at > $3`;

/** Newest first: ids are in the order of time. */
export const LIST_SESSIONS = statement(
  'list-sessions',
  `${SESSION} AND id < coalesce($4::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') ORDER BY id DESC LIMIT $5`,
);

export const READ_ME = statement(
  'read-me',
  `SELECT u.id, u.email, u.name, u.kind, u.status, u.locale, u.birth_date::text, u.created_at, u.version,
     t.slug AS tenant_slug, t.name AS tenant_name,
     coalesce((SELECT jsonb_agg(jsonb_build_object('roleKey', r.key, 'roleName', r.name, 'scope', g.scope,
         'orgId', g.org_id, 'permissions', r.permissions, 'expiresAt', g.expires_at) ORDER BY r.key, g.id)
       FROM platform.user_roles g
       JOIN platform.roles r ON r.tenant_id = g.tenant_id AND r.id = g.role_id AND r.status = 'published'
       WHERE g.tenant_id = u.tenant_id AND g.user_id = u.id AND g.status = 'active'
         AND (g.expires_at IS NULL OR g.expires_at > $3)), '[]') AS grants
   FROM platform.users u
   JOIN platform.tenants t ON t.tenant_id = u.tenant_id
   WHERE u.tenant_id = $1 AND u.id = $2`,
);
