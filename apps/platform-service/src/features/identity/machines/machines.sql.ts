import { statement } from '@kit/service';
import type { ApiKeyStatus, UserStatus } from '@platform/contracts';

export interface AccountRow extends Record<string, unknown> {
  id: string;
  name: string;
  status: UserStatus;
  created_at: Date;
  version: number;
}

export interface KeyRow extends Record<string, unknown> {
  id: string;
  user_id: string;
  session_id: string | null;
  name: string;
  last4: string;
  status: ApiKeyStatus;
  created_at: Date;
  expires_at: Date;
  last_used_at: Date | null;
  version: number;
}

// The tenant's own service user is no account of anybody's: jobs act in its name.
const ACCOUNT = `SELECT u.id, u.name, u.status, u.created_at, u.version
  FROM platform.users u JOIN platform.tenants t ON t.tenant_id = u.tenant_id
  WHERE u.tenant_id = $1 AND u.kind = 'service' AND u.id <> t.service_user_id`;
export const LIST_ACCOUNTS = statement(
  'machines-list-accounts',
  `${ACCOUNT} AND ($2::uuid IS NULL OR u.id > $2) ORDER BY u.id LIMIT $3`,
);
export const FIND_ACCOUNT_OF_MACHINE = statement('machines-find-account', `${ACCOUNT} AND u.id = $2`);
export const LOCK_ACCOUNT_OF_MACHINE = statement(
  'machines-lock-account',
  `${ACCOUNT} AND u.id = $2 AND u.status = 'active' FOR UPDATE OF u`,
);

const KEY = 'id, user_id, session_id, name, last4, status, created_at, expires_at, last_used_at, version';
export const LIST_KEYS = statement(
  'machines-list-keys',
  `SELECT ${KEY} FROM platform.api_keys
   WHERE tenant_id = $1 AND user_id = $2 AND ($3::uuid IS NULL OR id > $3) ORDER BY id LIMIT $4`,
);
export const INSERT_KEY = statement(
  'machines-insert-key',
  `INSERT INTO platform.api_keys (tenant_id, id, user_id, session_id, name, secret_hash, last4, expires_at, created_at,
     created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9, $10)
   RETURNING ${KEY}`,
);
/** The session behind a key. Nobody has a refresh token for it: the hashes are of nothing that was ever told. */
export const INSERT_KEY_SESSION = statement(
  'machines-insert-key-session',
  `INSERT INTO platform.sessions (tenant_id, id, user_id, family_hash, current_hash, idle_expires_at, absolute_expires_at,
     last_used_at, methods, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $6, $7, '{key}', $7, $8, $7, $8)`,
);
export const REVOKE_KEYS = statement(
  'machines-revoke-keys',
  `UPDATE platform.api_keys SET status = 'revoked', updated_at = $4, updated_by = $5, version = version + 1
   WHERE tenant_id = $1 AND user_id = $2 AND ($3::uuid IS NULL OR id = $3) AND status = 'active'
   RETURNING ${KEY}`,
);
export const FIND_KEY = statement(
  'machines-find-key',
  `SELECT k.id, k.user_id, k.session_id, k.status, k.expires_at, k.last_used_at, u.status AS user_status, t.slug,
     t.status AS tenant_status
   FROM platform.api_keys k
   JOIN platform.users u ON u.tenant_id = k.tenant_id AND u.id = k.user_id
   JOIN platform.tenants t ON t.tenant_id = k.tenant_id
   WHERE k.tenant_id = $1 AND k.secret_hash = $2`,
);
export const NOTE_USE = statement(
  'machines-note-use',
  'UPDATE platform.api_keys SET last_used_at = $3 WHERE tenant_id = $1 AND id = $2',
);
export const FIND_TARGET = statement(
  'machines-find-target',
  `SELECT u.id, u.kind, u.status, t.slug FROM platform.users u JOIN platform.tenants t ON t.tenant_id = u.tenant_id
   WHERE u.tenant_id = $1 AND u.id = $2`,
);
