import { statement } from '@kit/service';
import type { InvitationStatus, LocaleCode, UserStatus } from '@platform/contracts';
import type { QueryResultRow } from 'pg';

export interface InvitationRow extends QueryResultRow {
  id: string;
  email: string;
  org_id: string | null;
  role_ids: string[];
  locale: LocaleCode;
  expires_at: Date;
  holds_seat: boolean;
  status: InvitationStatus;
  accepted_by: string | null;
  created_at: Date;
  created_by: string;
  version: number;
}

const INVITATION = `i.id, i.email, i.org_id, i.locale, i.expires_at, i.holds_seat, i.status, i.accepted_by, i.created_at,
  i.created_by, i.version,
  ARRAY(SELECT r.role_id FROM platform.invitation_roles r
        WHERE r.tenant_id = i.tenant_id AND r.invitation_id = i.id ORDER BY r.role_id) AS role_ids`;

export const INSERT_INVITATION = statement(
  'invitations-insert',
  `INSERT INTO platform.invitations AS i
     (tenant_id, id, email, org_id, locale, token_hash, expires_at, holds_seat, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9, $10)
   ON CONFLICT (tenant_id, email, org_id) WHERE status = 'pending' DO NOTHING
   RETURNING id`,
);

export const INSERT_ROLES = statement(
  'invitations-insert-roles',
  `INSERT INTO platform.invitation_roles (tenant_id, invitation_id, role_id, created_at, created_by)
   SELECT $1, $2, role_id, $4, $5 FROM unnest($3::uuid[]) AS wanted (role_id)`,
);

export const GET_INVITATION = statement(
  'invitations-get',
  `SELECT ${INVITATION} FROM platform.invitations i WHERE i.tenant_id = $1 AND i.id = $2`,
);

export const LOCK_INVITATION = statement(
  'invitations-lock',
  `SELECT ${INVITATION} FROM platform.invitations i WHERE i.tenant_id = $1 AND i.id = $2 FOR UPDATE OF i`,
);

export const INVITATION_BY_TOKEN = statement(
  'invitations-by-token',
  `SELECT ${INVITATION} FROM platform.invitations i WHERE i.tenant_id = $1 AND i.token_hash = $2`,
);

export const LOCK_BY_TOKEN = statement(
  'invitations-lock-by-token',
  `SELECT ${INVITATION} FROM platform.invitations i WHERE i.tenant_id = $1 AND i.token_hash = $2 FOR UPDATE OF i`,
);

/** Sent again: another token, another end; one that had expired holds again. */
export const RENEW_INVITATION = statement(
  'invitations-renew',
  `UPDATE platform.invitations i
   SET token_hash = $3, expires_at = $4, holds_seat = $5, status = 'pending', updated_at = $6, updated_by = $7,
       version = version + 1
   WHERE i.tenant_id = $1 AND i.id = $2 AND NOT EXISTS (
     SELECT FROM platform.invitations other
     WHERE other.tenant_id = i.tenant_id AND other.email = i.email AND other.org_id IS NOT DISTINCT FROM i.org_id
       AND other.status = 'pending' AND other.id <> i.id)
   RETURNING ${INVITATION}`,
);

export const END_INVITATION = statement(
  'invitations-end',
  `UPDATE platform.invitations i
   SET status = $3, accepted_by = $4, holds_seat = false, updated_at = $5, updated_by = $6, version = version + 1
   WHERE i.tenant_id = $1 AND i.id = $2
   RETURNING ${INVITATION}`,
);

/** Those whose time is over; $3: only those to one address. */
export const LOCK_OVERDUE = statement(
  'invitations-lock-overdue',
  `SELECT ${INVITATION} FROM platform.invitations i
   WHERE i.tenant_id = $1 AND i.status = 'pending' AND i.expires_at <= $2 AND ($3::text IS NULL OR i.email = $3)
   ORDER BY i.id FOR UPDATE OF i`,
);

/** Run by the system role, which sees every tenant. */
export const TENANTS_WITH_OVERDUE = `
  SELECT DISTINCT t.id, t.service_user_id
  FROM platform.invitations i JOIN platform.tenants t ON t.id = i.tenant_id
  WHERE i.status = 'pending' AND i.expires_at <= $1 AND t.status IN ('active', 'suspended', 'pending_deletion')`;

export const LIST_INVITATIONS = statement(
  'invitations-list',
  `SELECT ${INVITATION} FROM platform.invitations i
   WHERE i.tenant_id = $1 AND ($2 OR i.org_id = ANY ($3::uuid[]))
     AND ($4::text IS NULL OR $4 = CASE WHEN i.status = 'pending' AND i.expires_at <= $5 THEN 'expired' ELSE i.status END)
     AND ($6::uuid IS NULL OR i.org_id = $6) AND ($7::text IS NULL OR i.email = $7)
     AND i.id < coalesce($8::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
   ORDER BY i.id DESC LIMIT $9`,
);

export interface PlaceRow extends QueryResultRow {
  tenant_name: string;
  tenant_slug: string;
  tenant_status: string;
  tenant_locale: LocaleCode;
  org_name: string | null;
  org_status: string | null;
}

/** Where an invitation leads to. */
export const PLACE = statement(
  'invitations-place',
  `SELECT t.name AS tenant_name, t.slug AS tenant_slug, t.status AS tenant_status, t.locale AS tenant_locale,
          o.name AS org_name, o.status AS org_status
   FROM platform.tenants t LEFT JOIN platform.organizations o ON o.tenant_id = t.tenant_id AND o.id = $2
   WHERE t.tenant_id = $1`,
);

export interface InvitedUserRow extends QueryResultRow {
  id: string;
  status: UserStatus;
  takes_seat: boolean;
  member: boolean;
}

const INVITED_USER = `SELECT u.id, u.status, u.takes_seat,
     EXISTS (SELECT FROM platform.memberships m
             WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id AND m.org_id = $3 AND m.status <> 'ended') AS member
   FROM platform.users u WHERE u.tenant_id = $1 AND u.email = $2 AND u.kind = 'person'`;

export const INVITED_USER_BY_EMAIL = statement('invitations-user', INVITED_USER);
export const LOCK_INVITED_USER = statement('invitations-lock-user', `${INVITED_USER} FOR UPDATE OF u`);

/** $3: a user who could not sign in yet now can. $4: the invitation's seat is now theirs. */
export const WELCOME_USER = statement(
  'invitations-welcome-user',
  `UPDATE platform.users
   SET status = CASE WHEN $3 THEN 'active' ELSE status END, takes_seat = takes_seat OR $4, name = coalesce($5, name),
       updated_at = $6, updated_by = $7, version = version + 1
   WHERE tenant_id = $1 AND id = $2
   RETURNING id, email, name, kind, status, locale, birth_date::text, created_at, version`,
);

export const ROLE_SCOPES = statement(
  'invitations-role-scopes',
  `SELECT id, scope FROM platform.roles WHERE tenant_id = $1 AND id = ANY ($2::uuid[]) AND status = 'published'`,
);
