import { Flag, Id, Instant, NOT_FOUND, OneOf, PageQuery, pageOf, permission, Text, Texts, Whole } from '@kit/contracts';
import {
  GRANT_EXCEEDS_OWN,
  GRANT_EXISTS,
  GRANT_EXPIRY_PAST,
  GRANT_SCOPE_INVALID,
  LAST_ADMINISTRATOR,
  ROLE_IMMUTABLE,
  ROLE_IN_USE,
  ROLE_KEY_TAKEN,
  ROLE_PERMISSION_UNKNOWN,
  ROLES_HELD_TOGETHER,
  ROLES_SEPARATED,
} from './access.errors.js';
import {
  checkAuthorization,
  checkAuthorizations,
  explainAuthorization,
  listUserPermissions,
  whoCan,
} from './access-authorizations.js';
import { operation } from './context.js';
import { GRANT_SCOPES, type GrantScope } from './products.js';

export * from './access-authorizations.js';

export const ROLE_STATUSES = ['published', 'retired'] as const;
export type RoleStatus = (typeof ROLE_STATUSES)[number];

export const USER_ROLE_STATUSES = ['active', 'revoked'] as const;
export type UserRoleStatus = (typeof USER_ROLE_STATUSES)[number];

export class Permission {
  @Text({ max: 120, example: 'acme.report.read' })
  key: string;

  @Text({ max: 40, example: 'acme' })
  product: string;

  @Text({ max: 500, description: 'In the language of the request', example: 'Read reports' })
  text: string;
}

export class PermissionPage extends pageOf(Permission) {}

export class ListPermissions extends PageQuery {
  @Text({ max: 40, optional: true, description: 'Only permissions of this product', example: 'acme' })
  product?: string;
}

export class Role {
  @Id()
  id: string;

  @Text({ max: 60, example: 'report_editor' })
  key: string;

  @Text({ max: 120, example: 'Report Editor' })
  name: string;

  @OneOf(GRANT_SCOPES, { description: 'The widest scope it may be granted at', example: 'org' })
  scope: GrantScope;

  @Texts({ max: 1000, length: 120, example: ['acme.report.*'] })
  permissions: string[];

  @Flag({ description: 'Comes from a template and cannot be changed here' })
  system: boolean;

  @OneOf(ROLE_STATUSES)
  status: RoleStatus;

  @Whole({ min: 1 })
  version: number;
}

export class RoleId {
  @Id()
  id: string;
}

export class CreateRole {
  @Text({ min: 2, max: 60, description: 'snake_case; unique in the tenant', example: 'night_editor' })
  key: string;

  @Text({ min: 1, max: 120, example: 'Night Editor' })
  name: string;

  @OneOf(['tenant', 'org', 'user'], { description: 'The widest scope it may be granted at', example: 'org' })
  scope: Exclude<GrantScope, 'saas'>;

  @Texts({ max: 200, length: 120, description: 'Patterns; each part may be *', example: ['acme.report.read'] })
  permissions: string[];
}

export class UpdateRole {
  @Id()
  id: string;

  @Text({ min: 1, max: 120, optional: true })
  name?: string;

  @Texts({ max: 200, length: 120, optional: true })
  permissions?: string[];
}

export class DeleteRole {
  @Id()
  id: string;

  @Id({ optional: true, description: 'Role that its holders get instead, where they had this one' })
  replaceWith?: string;
}

/** Two roles that nobody may hold at once. */
export class RoleSeparation {
  @Id()
  id: string;

  @Id()
  roleId: string;

  @Id()
  otherRoleId: string;

  @Text({ max: 500, example: 'Whoever writes an invoice does not approve it' })
  reason: string;
}

export class RoleSeparationPage extends pageOf(RoleSeparation) {}

export class CreateRoleSeparation {
  @Id()
  roleId: string;

  @Id()
  otherRoleId: string;

  @Text({ min: 1, max: 500, example: 'Whoever writes an invoice does not approve it' })
  reason: string;
}

export class RolePage extends pageOf(Role) {}

export class UserRole {
  @Id()
  id: string;

  @Id()
  userId: string;

  @Id()
  roleId: string;

  @Text({ max: 60, example: 'report_editor' })
  roleKey: string;

  @OneOf(GRANT_SCOPES, { example: 'org' })
  scope: GrantScope;

  @Id({ nullable: true, description: 'Set for scope org: it holds here and below' })
  orgId: string | null;

  @Id({ description: 'Who granted it' })
  grantedBy: string;

  @Instant()
  grantedAt: string;

  @Instant({ nullable: true, description: 'Holds from then on; null: since it was granted' })
  notBefore: string | null;

  @Instant({ nullable: true })
  expiresAt: string | null;

  @OneOf(USER_ROLE_STATUSES)
  status: UserRoleStatus;

  @Whole({ min: 1 })
  version: number;
}

export class UserRolePage extends pageOf(UserRole) {}

export class ListUserRoles extends PageQuery {
  @Id({ description: 'The user' })
  id: string;
}

export class GrantRole {
  @Id({ description: 'The user' })
  id: string;

  @Id()
  roleId: string;

  @OneOf(GRANT_SCOPES, { example: 'org' })
  scope: GrantScope;

  @Id({ optional: true, description: 'Required for scope org, refused otherwise' })
  orgId?: string;

  @Instant({ optional: true, description: 'Holds from then on; at once when left out' })
  notBefore?: string;

  @Instant({ optional: true })
  expiresAt?: string;
}

export class RevokeRole {
  @Id({ description: 'The user' })
  id: string;

  @Id()
  grantId: string;
}

export const listPermissions = operation({
  id: 'listPermissions',
  subject: 'permission.list.v1',
  summary: 'List the permissions of the registered products',
  http: { method: 'GET', path: '/permissions' },
  request: ListPermissions,
  response: PermissionPage,
  access: permission('platform.permission.read'),
});

export const listRoles = operation({
  id: 'listRoles',
  subject: 'role.list.v1',
  summary: 'List the roles of the tenant',
  http: { method: 'GET', path: '/roles' },
  request: PageQuery,
  response: RolePage,
  access: permission('platform.role.read'),
});

export const getRole = operation({
  id: 'getRole',
  subject: 'role.get.v1',
  summary: 'Read a role',
  http: { method: 'GET', path: '/roles/{id}' },
  request: RoleId,
  response: Role,
  access: permission('platform.role.read'),
  errors: [NOT_FOUND],
  version: 'answers',
});

export const createRole = operation({
  id: 'createRole',
  subject: 'role.create.v1',
  summary: 'Create a role of the tenant itself, with no more in it than the caller holds',
  http: { method: 'POST', path: '/roles', status: 201 },
  request: CreateRole,
  response: Role,
  access: permission('platform.role.create'),
  errors: [ROLE_KEY_TAKEN, ROLE_PERMISSION_UNKNOWN, GRANT_EXCEEDS_OWN],
  idempotent: true,
  version: 'answers',
});

export const updateRole = operation({
  id: 'updateRole',
  subject: 'role.update.v1',
  summary: 'Change name or permissions of a role of the tenant',
  http: { method: 'PATCH', path: '/roles/{id}' },
  request: UpdateRole,
  response: Role,
  access: permission('platform.role.update'),
  errors: [NOT_FOUND, ROLE_IMMUTABLE, ROLE_PERMISSION_UNKNOWN, GRANT_EXCEEDS_OWN, LAST_ADMINISTRATOR],
  version: 'required',
});

export const deleteRole = operation({
  id: 'deleteRole',
  subject: 'role.delete.v1',
  summary: 'Retire a role of the tenant',
  http: { method: 'DELETE', path: '/roles/{id}', status: 204 },
  request: DeleteRole,
  response: null,
  access: permission('platform.role.delete'),
  errors: [
    NOT_FOUND,
    ROLE_IMMUTABLE,
    ROLE_IN_USE,
    GRANT_EXCEEDS_OWN,
    GRANT_SCOPE_INVALID,
    ROLES_SEPARATED,
    LAST_ADMINISTRATOR,
  ],
});

export const listRoleSeparations = operation({
  id: 'listRoleSeparations',
  subject: 'role-separation.list.v1',
  summary: 'List pairs of roles that nobody may hold at once',
  http: { method: 'GET', path: '/role-separations' },
  request: PageQuery,
  response: RoleSeparationPage,
  access: permission('platform.role.read'),
});

export const createRoleSeparation = operation({
  id: 'createRoleSeparation',
  subject: 'role-separation.create.v1',
  summary: 'Forbid holding two roles at once',
  http: { method: 'POST', path: '/role-separations', status: 201 },
  request: CreateRoleSeparation,
  response: RoleSeparation,
  access: permission('platform.role.update'),
  errors: [NOT_FOUND, ROLES_HELD_TOGETHER, GRANT_EXCEEDS_OWN],
  idempotent: true,
});

export const deleteRoleSeparation = operation({
  id: 'deleteRoleSeparation',
  subject: 'role-separation.delete.v1',
  summary: 'Allow holding two roles at once again',
  http: { method: 'DELETE', path: '/role-separations/{id}', status: 204 },
  request: RoleId,
  response: null,
  access: permission('platform.role.update'),
  errors: [NOT_FOUND, GRANT_EXCEEDS_OWN],
});

export const listUserRoles = operation({
  id: 'listUserRoles',
  subject: 'user-role.list.v1',
  summary: 'List the roles a user holds',
  http: { method: 'GET', path: '/users/{id}/roles' },
  request: ListUserRoles,
  response: UserRolePage,
  access: permission('platform.user-role.read'),
  errors: [NOT_FOUND],
});

export const grantRole = operation({
  id: 'grantRole',
  subject: 'user-role.grant.v1',
  summary: 'Grant a role to a user',
  http: { method: 'POST', path: '/users/{id}/roles', status: 201 },
  request: GrantRole,
  response: UserRole,
  access: permission('platform.user-role.grant'),
  errors: [NOT_FOUND, GRANT_EXCEEDS_OWN, GRANT_EXISTS, GRANT_SCOPE_INVALID, GRANT_EXPIRY_PAST, ROLES_SEPARATED],
  idempotent: true,
});

export const revokeRole = operation({
  id: 'revokeRole',
  subject: 'user-role.revoke.v1',
  summary: 'Take a granted role back',
  http: { method: 'DELETE', path: '/users/{id}/roles/{grantId}', status: 204 },
  request: RevokeRole,
  response: null,
  access: permission('platform.user-role.revoke'),
  errors: [NOT_FOUND, GRANT_EXCEEDS_OWN, LAST_ADMINISTRATOR],
});

export const accessOperations = [
  listPermissions,
  listRoles,
  getRole,
  createRole,
  updateRole,
  deleteRole,
  listRoleSeparations,
  createRoleSeparation,
  deleteRoleSeparation,
  listUserRoles,
  listUserPermissions,
  grantRole,
  revokeRole,
  checkAuthorization,
  checkAuthorizations,
  explainAuthorization,
  whoCan,
] as const;
