import type { Role, RoleState, UserRole, UserRoleState } from '@platform/contracts';
import type { RoleRow, UserRoleRow } from './access.sql.js';

const instant = (date: Date | null): string | null => date?.toISOString() ?? null;

export const toRole = ({ id, key, name, scope, permissions, template_key, status, version }: RoleRow): Role => ({
  id,
  key,
  name,
  scope,
  permissions,
  system: template_key !== null,
  status,
  version,
});

export const toRoleState = ({ id, tenant_id, key, name, permissions, status, version }: RoleRow): RoleState => ({
  id,
  tenantId: tenant_id,
  key,
  name,
  permissions,
  status,
  version,
});

export const toUserRole = (row: UserRoleRow & { role_key: string }): UserRole => ({
  id: row.id,
  userId: row.user_id,
  roleId: row.role_id,
  roleKey: row.role_key,
  scope: row.scope,
  orgId: row.org_id,
  grantedBy: row.granted_by,
  grantedAt: row.created_at.toISOString(),
  notBefore: instant(row.not_before),
  expiresAt: instant(row.expires_at),
  status: row.status,
  version: row.version,
});

export const toUserRoleState = (row: UserRoleRow): UserRoleState => ({
  id: row.id,
  tenantId: row.tenant_id,
  userId: row.user_id,
  roleId: row.role_id,
  scope: row.scope,
  orgId: row.org_id,
  notBefore: instant(row.not_before),
  expiresAt: instant(row.expires_at),
  status: row.status,
  version: row.version,
});
