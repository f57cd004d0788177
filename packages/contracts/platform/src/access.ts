import {
  authenticated,
  Flag,
  Id,
  Instant,
  ListOf,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Text,
  Texts,
  Whole,
} from '@kit/contracts';
import {
  GRANT_EXCEEDS_OWN,
  GRANT_EXISTS,
  GRANT_EXPIRY_PAST,
  GRANT_SCOPE_INVALID,
  LAST_ADMINISTRATOR,
} from './access.errors.js';
import { operation } from './context.js';
import { GRANT_SCOPES, type GrantScope } from './products.js';

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

  @OneOf(ROLE_STATUSES)
  status: RoleStatus;

  @Whole({ min: 1 })
  version: number;
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

  @Instant({ optional: true })
  expiresAt?: string;
}

export class RevokeRole {
  @Id({ description: 'The user' })
  id: string;

  @Id()
  grantId: string;
}

export class CheckAuthorization {
  @Text({ min: 5, max: 120, example: 'acme.report.read' })
  permission: string;

  @Id({ optional: true, description: 'Does it hold for this organization?' })
  orgId?: string;

  @Text({
    max: 80,
    optional: true,
    description: 'Module of the licence that must be entitled as well',
    example: 'acme.reports',
  })
  module?: string;
}

export class AuthorizationDecision {
  @Flag()
  allowed: boolean;
}

export class ExplainAuthorization extends CheckAuthorization {
  @Id()
  userId: string;
}

export class AuthorizationPath {
  @Id()
  grantId: string;

  @Text({ max: 60, example: 'report_editor' })
  roleKey: string;

  @Text({ max: 120, description: 'The pattern of the role that matches', example: 'acme.report.*' })
  pattern: string;

  @OneOf(GRANT_SCOPES)
  scope: GrantScope;

  @Id({ nullable: true })
  orgId: string | null;
}

export const DENIAL_REASONS = ['USER_INACTIVE', 'NO_GRANT', 'OTHER_ORGANIZATION', 'MODULE_NOT_ENTITLED'] as const;
export type DenialReason = (typeof DENIAL_REASONS)[number];

export class AuthorizationExplanation {
  @Flag()
  allowed: boolean;

  @ListOf(() => AuthorizationPath, { description: 'Grants through which the permission holds' })
  paths: AuthorizationPath[];

  @OneOf(DENIAL_REASONS, { nullable: true, description: 'The missing link' })
  missing: DenialReason | null;
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
  errors: [NOT_FOUND, GRANT_EXCEEDS_OWN, GRANT_EXISTS, GRANT_SCOPE_INVALID, GRANT_EXPIRY_PAST],
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

export const checkAuthorization = operation({
  id: 'checkAuthorization',
  subject: 'authorization.check.v1',
  summary: 'Does the caller hold a permission?',
  http: { method: 'POST', path: '/authz/check' },
  request: CheckAuthorization,
  response: AuthorizationDecision,
  access: authenticated,
  readOnly: true,
});

export const explainAuthorization = operation({
  id: 'explainAuthorization',
  subject: 'authorization.explain.v1',
  summary: 'Why may a user do something, or why not?',
  http: { method: 'POST', path: '/authz/explain' },
  request: ExplainAuthorization,
  response: AuthorizationExplanation,
  access: permission('platform.user-role.read'),
  errors: [NOT_FOUND],
  readOnly: true,
});

export const accessOperations = [
  listPermissions,
  listRoles,
  listUserRoles,
  grantRole,
  revokeRole,
  checkAuthorization,
  explainAuthorization,
] as const;
