import type { Me, MeGrant, Session, User, UserState } from '@platform/contracts';
import type { QueryResultRow } from 'pg';

export interface UserRow extends QueryResultRow {
  id: string;
  email: string;
  name: string;
  kind: User['kind'];
  status: User['status'];
  locale: User['locale'];
  /** `YYYY-MM-DD`. */
  birth_date: string | null;
  created_at: Date;
  version: number;
}

export interface SessionRow extends QueryResultRow {
  id: string;
  created_at: Date;
  last_used_at: Date;
  idle_expires_at: Date;
  absolute_expires_at: Date;
  ip: string | null;
  user_agent: string | null;
}

export interface MeRow extends UserRow {
  tenant_slug: string;
  tenant_name: string;
  grants: MeGrant[];
}

export const toUser = ({ id, email, name, kind, status, locale, birth_date, created_at, version }: UserRow): User => ({
  id,
  email,
  name,
  kind,
  status,
  locale,
  birthDate: birth_date,
  createdAt: created_at.toISOString(),
  version,
});

export const toUserState = (
  tenantId: string,
  { id, email, name, kind, status, locale, birth_date, version }: UserRow,
): UserState => ({
  id,
  tenantId,
  email,
  name,
  kind,
  status,
  locale,
  birthDate: birth_date,
  version,
});

export const toSession = (row: SessionRow, currentId: string): Session => ({
  id: row.id,
  current: row.id === currentId,
  createdAt: row.created_at.toISOString(),
  lastUsedAt: row.last_used_at.toISOString(),
  idleExpiresAt: row.idle_expires_at.toISOString(),
  absoluteExpiresAt: row.absolute_expires_at.toISOString(),
  ip: row.ip,
  userAgent: row.user_agent,
});

export const toMe = (row: MeRow, tenantId: string, sessionId: string): Me => ({
  user: toUser(row),
  tenant: { id: tenantId, slug: row.tenant_slug, name: row.tenant_name },
  // jsonb writes instants with an offset and without milliseconds' padding; the contract has one form.
  grants: row.grants.map((grant) => ({
    ...grant,
    expiresAt: grant.expiresAt === null ? null : new Date(grant.expiresAt).toISOString(),
  })),
  sessionId,
});
