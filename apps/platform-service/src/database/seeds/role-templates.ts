import type { GrantScope } from '@platform/contracts';

export interface SystemRoleTemplate {
  readonly key: string;
  readonly name: string;
  readonly scope: GrantScope;
  readonly permissions: readonly string[];
}

export const SUPER_ADMINISTRATOR = 'super_administrator';
export const TENANT_ADMINISTRATOR = 'tenant_administrator';
export const ORGANIZATION_ADMINISTRATOR = 'organization_administrator';

/** Roles that PLATFORM brings to every tenant; a product's manifest adds its own permissions and roles to them. */
export const SYSTEM_ROLE_TEMPLATES: readonly SystemRoleTemplate[] = [
  { key: SUPER_ADMINISTRATOR, name: 'Super Administrator', scope: 'saas', permissions: ['*'] },
  {
    key: TENANT_ADMINISTRATOR,
    name: 'Tenant Administrator',
    scope: 'tenant',
    // Resource by resource: whatever concerns all tenants or the licence itself stays with the system.
    permissions: [
      'platform.audit-hold.*',
      'platform.audit-log.*',
      'platform.domain.*',
      'platform.consent.*',
      'platform.data-subject-request.*',
      'platform.entitlement.read',
      'platform.identity-provider.*',
      'platform.integration.*',
      'platform.invitation.*',
      'platform.legal-hold.*',
      'platform.membership.*',
      'platform.organization.*',
      'platform.permission.read',
      'platform.plan.read',
      'platform.processing-activity.read',
      'platform.product.read',
      'platform.role.*',
      'platform.scim.*',
      'platform.session.*',
      'platform.setting.*',
      'platform.service-account.*',
      'platform.subscription.read',
      'platform.tenant.update',
      'platform.usage.read',
      'platform.user-role.*',
      'platform.user.*',
      'platform.webhook.*',
    ],
  },
  {
    key: ORGANIZATION_ADMINISTRATOR,
    name: 'Organization Administrator',
    scope: 'org',
    permissions: [
      'platform.invitation.*',
      'platform.membership.*',
      'platform.organization.read',
      'platform.organization.update',
      'platform.role.read',
      'platform.setting.*',
      'platform.user-role.*',
      'platform.user.read',
    ],
  },
];
