import { statement } from '@kit/service';

export const INSERT_USER = statement(
  'insert-user',
  `INSERT INTO platform.users (tenant_id, id, kind, email, name, locale, status, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $9)
   ON CONFLICT (tenant_id, email) DO NOTHING
   RETURNING id, email, name, kind, status, locale, birth_date::text, created_at, version`,
);

export const INSERT_PASSWORD = statement(
  'insert-password',
  `INSERT INTO platform.credentials (tenant_id, user_id, kind, secret_hash, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, 'password', $3, $4, $5, $4, $5)`,
);

const userWith = (
  birthDate: string,
) => `SELECT u.id, u.email, u.name, u.kind, u.status, u.locale, ${birthDate}, u.created_at,
     u.version
   FROM platform.users u WHERE u.tenant_id = $1`;

// $2: everybody; else members of these organizations ($3) and the caller's own row ($4, or NULL).
const REACHED = `($2 OR u.id = $4 OR EXISTS (
     SELECT 1 FROM platform.memberships m
     WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id AND m.status <> 'ended' AND m.org_id = ANY ($3::uuid[])))`;

// Whoever sees people as members of an organization is not told how old they are.
const USER = userWith('CASE WHEN $2 OR u.id = $4 THEN u.birth_date::text END AS birth_date');

export const GET_USER = statement('get-user', `${USER} AND ${REACHED} AND u.id = $5`);

const PAGE = `u.status = coalesce($5, u.status) AND u.id > coalesce($6::uuid, '00000000-0000-0000-0000-000000000000')
   ORDER BY u.id LIMIT $7`;

export const LIST_USERS = statement('list-users', `${USER} AND ${REACHED} AND ${PAGE}`);

export const LIST_USERS_BY_EMAIL = statement(
  'list-users-by-email',
  `${USER} AND u.email = $8 AND ${REACHED} AND ${PAGE}`,
);

export const LOCK_USER = statement('lock-user', `${userWith('u.birth_date::text')} AND u.id = $2 FOR UPDATE`);

export const UPDATE_USER = statement(
  'update-user',
  `UPDATE platform.users
   SET name = $3, locale = $4, status = $5, birth_date = $8, updated_at = $6, updated_by = $7, version = version + 1
   WHERE tenant_id = $1 AND id = $2
   RETURNING id, email, name, kind, status, locale, birth_date::text, created_at, version`,
);

/** Answers nothing where it is known already. */
export const SET_BIRTH_DATE = statement(
  'set-birth-date',
  `UPDATE platform.users SET birth_date = $3, updated_at = $4, updated_by = $2, version = version + 1
   WHERE tenant_id = $1 AND id = $2 AND birth_date IS DISTINCT FROM $3::date
   RETURNING id, email, name, kind, status, locale, birth_date::text, created_at, version`,
);
