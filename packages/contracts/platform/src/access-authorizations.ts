import {
  authenticated,
  Flag,
  Id,
  Ids,
  ListOf,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Text,
  Texts,
} from '@kit/contracts';
import { operation } from './context.js';
import { GRANT_SCOPES, type GrantScope } from './products.js';

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

export class CheckAuthorizations {
  @ListOf(() => CheckAuthorization, { min: 1, max: 100 })
  checks: CheckAuthorization[];
}

export class AuthorizationDecisions {
  @ListOf(() => AuthorizationDecision, { max: 100, description: 'In the order of the questions' })
  decisions: AuthorizationDecision[];
}

export class WhoCan extends PageQuery {
  @Text({ min: 5, max: 120, example: 'acme.report.read' })
  permission: string;

  @Id({ optional: true, description: 'For this organization; anywhere when left out' })
  orgId?: string;
}

export class PermissionHolder {
  @Id()
  userId: string;

  @Text({ max: 200, example: 'Kari Nordmann' })
  name: string;

  @Texts({ max: 100, length: 60, description: 'Roles through which', example: ['report_editor'] })
  roleKeys: string[];
}

export class PermissionHolderPage extends pageOf(PermissionHolder) {}

export class ListUserPermissions extends PageQuery {
  @Id({ description: 'The user' })
  id: string;
}

/** A permission that a user holds, and where. */
export class HeldPermission {
  @Text({ max: 120, example: 'acme.report.read' })
  key: string;

  @Flag({ description: 'In the whole tenant' })
  everywhere: boolean;

  @Flag({ description: 'On rows of their own' })
  own: boolean;

  @Ids({ max: 10_000, description: 'In these organizations and below' })
  orgIds: string[];
}

export class HeldPermissionPage extends pageOf(HeldPermission) {}

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

export const checkAuthorizations = operation({
  id: 'checkAuthorizations',
  subject: 'authorization.check-many.v1',
  summary: 'Up to a hundred questions in one: does the caller hold these permissions?',
  http: { method: 'POST', path: '/authz/check-batch' },
  request: CheckAuthorizations,
  response: AuthorizationDecisions,
  access: authenticated,
  readOnly: true,
});

export const whoCan = operation({
  id: 'whoCan',
  subject: 'authorization.who-can.v1',
  summary: 'List who holds a permission',
  http: { method: 'GET', path: '/authz/who-can' },
  request: WhoCan,
  response: PermissionHolderPage,
  access: permission('platform.user-role.read'),
});

export const listUserPermissions = operation({
  id: 'listUserPermissions',
  subject: 'user-permission.list.v1',
  summary: 'List what a user may do, and where',
  http: { method: 'GET', path: '/users/{id}/permissions' },
  request: ListUserPermissions,
  response: HeldPermissionPage,
  access: permission('platform.user-role.read'),
  errors: [NOT_FOUND],
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
