import { statement } from '@kit/service';

/** Two sign-ins of the same person at the same moment make one user. */
export const ONE_AT_A_TIME = statement(
  'one-federated-account-at-a-time',
  "SELECT pg_advisory_xact_lock(hashtextextended('federation/' || $1 || '/' || $2 || '/' || $3, 0))",
);

export const FIND_LINK = statement(
  'find-account-link',
  `SELECT o.id, o.user_id, u.status FROM platform.oauth_accounts o
   JOIN platform.users u ON u.tenant_id = o.tenant_id AND u.id = o.user_id
   WHERE o.tenant_id = $1 AND o.provider = $2 AND o.subject = $3 AND o.status = 'linked'`,
);

export const FIND_BY_NATIONAL_ID = statement(
  'find-account-link-by-national-id',
  `SELECT o.id, o.user_id, u.status FROM platform.oauth_accounts o
   JOIN platform.users u ON u.tenant_id = o.tenant_id AND u.id = o.user_id
   WHERE o.tenant_id = $1 AND o.provider = $2 AND o.national_id_index = $3 AND o.status = 'linked'`,
);

/** Locked, so that nobody gets another way in while it is decided whether there is one. */
export const FIND_NAMESAKE = statement(
  'find-namesake',
  `SELECT u.id, u.status,
     EXISTS (SELECT FROM platform.credentials c WHERE c.tenant_id = u.tenant_id AND c.user_id = u.id
       AND c.kind = 'password' AND c.status = 'active') AS has_password,
     EXISTS (SELECT FROM platform.passkeys k WHERE k.tenant_id = u.tenant_id AND k.user_id = u.id
       AND k.status = 'active') AS has_passkey,
     EXISTS (SELECT FROM platform.oauth_accounts o WHERE o.tenant_id = u.tenant_id AND o.user_id = u.id
       AND o.status = 'linked') AS has_link
   FROM platform.users u WHERE u.tenant_id = $1 AND u.email = $2
   FOR UPDATE OF u`,
);

export const IS_OUR_DOMAIN = statement(
  'is-verified-domain',
  "SELECT id FROM platform.domains WHERE tenant_id = $1 AND domain = $2 AND status = 'verified'",
);

/** A link that was given up may be taken up again, by anybody who proves to be who it is about; a live one stays whose it is. */
export const INSERT_LINK = statement(
  'insert-account-link',
  `INSERT INTO platform.oauth_accounts AS o (tenant_id, id, user_id, provider, provider_id, subject, last_used_at,
     created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $7, $8)
   ON CONFLICT (tenant_id, provider, subject) DO UPDATE
     SET user_id = excluded.user_id, status = 'linked', last_used_at = excluded.last_used_at,
       created_at = excluded.created_at, created_by = excluded.created_by, updated_at = excluded.updated_at,
       updated_by = excluded.updated_by, version = o.version + 1
     WHERE o.status = 'unlinked'
   RETURNING id, user_id, created_at, last_used_at, version`,
);

export const KEEP_NATIONAL_ID = statement(
  'keep-national-id',
  `UPDATE platform.oauth_accounts SET national_id_sealed = $3, national_id_index = $4 WHERE tenant_id = $1 AND id = $2`,
);

export const NOTE_USE = statement(
  'note-use-of-account-link',
  'UPDATE platform.oauth_accounts SET last_used_at = $3 WHERE tenant_id = $1 AND id = $2',
);

export const LIST_LINKS = statement(
  'list-account-links',
  `SELECT o.id, o.provider, coalesce(p.name, o.provider) AS provider_name, o.created_at, o.last_used_at
   FROM platform.oauth_accounts o
   LEFT JOIN platform.identity_providers p ON p.tenant_id = o.tenant_id AND p.id = o.provider_id
   WHERE o.tenant_id = $1 AND o.user_id = $2 AND o.status = 'linked'
     AND o.id > coalesce($3::uuid, '00000000-0000-0000-0000-000000000000')
   ORDER BY o.id LIMIT $4`,
);

export const FIND_OWN_LINK = statement(
  'find-own-account-link',
  `SELECT id, provider, version FROM platform.oauth_accounts
   WHERE tenant_id = $1 AND id = $2 AND user_id = $3 AND status = 'linked'`,
);

/** Other links that still let the user in: of providers that are enabled. */
export const OTHER_LINKS = statement(
  'count-other-account-links',
  `SELECT count(*)::int AS links FROM platform.oauth_accounts o
   JOIN platform.identity_providers p ON p.tenant_id = o.tenant_id AND p.id = o.provider_id AND p.status = 'enabled'
   WHERE o.tenant_id = $1 AND o.user_id = $2 AND o.status = 'linked' AND o.id <> $3`,
);

export const UNLINK = statement(
  'unlink-account',
  `UPDATE platform.oauth_accounts
   SET status = 'unlinked', national_id_sealed = NULL, national_id_index = NULL, updated_at = $3, updated_by = $4,
     version = version + 1
   WHERE tenant_id = $1 AND id = $2
   RETURNING version`,
);

/** Sessions of a user that one provider vouched for, but for the one that asks. */
export const END_SESSIONS_OF_LINK = statement(
  'end-sessions-of-account-link',
  `UPDATE platform.sessions
   SET status = 'ended', ended_at = $5, end_reason = 'factors_changed', updated_at = $5, updated_by = $2,
     version = version + 1
   WHERE tenant_id = $1 AND user_id = $2 AND provider = $3 AND id <> $4 AND status = 'active'
   RETURNING id, user_id, version`,
);
