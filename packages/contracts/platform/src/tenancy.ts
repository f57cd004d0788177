import {
  anonymous,
  authenticated,
  Email,
  Id,
  Instant,
  Json,
  LIMIT_EXCEEDED,
  Nested,
  NOT_FOUND,
  Nothing,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Slug,
  Text,
  Whole,
} from '@kit/contracts';
import { PASSWORD_COMMON, PASSWORD_PREDICTABLE } from './accounts.errors.js';
import { operation } from './context.js';
import { AUTH_BUSY, PASSWORD_TOO_SHORT } from './identity.errors.js';
import { LOCALES, type LocaleCode } from './identity.js';
import { PLAN_UNKNOWN } from './licensing.errors.js';
import { organizationOperations } from './organizations.js';
import { SETTING_INVALID } from './settings.errors.js';
import {
  REGION_FIXED,
  REGION_UNKNOWN,
  TENANT_SLUG_TAKEN,
  TENANT_STATUS_INVALID,
  TIMEZONE_UNKNOWN,
} from './tenancy.errors.js';

export * from './organizations.js';

/** Region of the system tenant: nobody's data, so every region has it. */
export const EVERY_REGION = 'global';

/** `purging`: its rows are being deleted, there is no way back. */
export const TENANT_STATUSES = ['active', 'suspended', 'pending_deletion', 'purging', 'purged'] as const;
export type TenantStatus = (typeof TENANT_STATUSES)[number];

export class Tenant {
  @Id()
  id: string;

  @Slug()
  slug: string;

  @Text({ max: 200, example: 'Fjordvik' })
  name: string;

  @OneOf(TENANT_STATUSES)
  status: TenantStatus;

  @Text({ max: 500, nullable: true, description: 'Why it is suspended or to be deleted' })
  statusReason: string | null;

  @Instant({ nullable: true, description: 'From when on it is purged, while it is to be deleted' })
  deletionDueAt: string | null;

  @Text({ max: 31, description: 'Where its data lives', example: 'no-east' })
  region: string;

  @OneOf(LOCALES)
  locale: LocaleCode;

  @Text({ max: 60, description: 'IANA zone', example: 'Europe/Oslo' })
  timezone: string;

  @Id({ description: 'In whose name jobs of this tenant act' })
  serviceUserId: string;

  @Instant()
  createdAt: string;

  @Whole({ min: 1 })
  version: number;
}

export class TenantPage extends pageOf(Tenant) {}

export class FirstAdministrator {
  @Email()
  email: string;

  @Text({ min: 1, max: 200, example: 'Kari Nordmann' })
  name: string;

  @Text({ min: 1, max: 256, optional: true, description: 'Left out: a mail invites them to choose one' })
  password?: string;
}

export class FirstSubscription {
  @Text({ min: 2, max: 40, example: 'acme' })
  product: string;

  @Text({ min: 2, max: 60, example: 'standard' })
  planKey: string;
}

export class CreateTenant {
  @Slug()
  slug: string;

  @Text({ min: 1, max: 200, example: 'Fjordvik' })
  name: string;

  @Text({ min: 2, max: 31, optional: true, description: 'Where its data lives', example: 'no-east' })
  region?: string;

  @OneOf(LOCALES, { optional: true })
  locale?: LocaleCode;

  @Text({ min: 1, max: 60, optional: true, description: 'IANA zone; Europe/Oslo unless told', example: 'Europe/Oslo' })
  timezone?: string;

  @Nested(() => FirstAdministrator)
  administrator: FirstAdministrator;

  @Nested(() => FirstSubscription, { optional: true })
  subscription?: FirstSubscription;

  @Json({ optional: true, description: 'Value of the setting platform.branding' })
  branding?: object;
}

export class UpdateOwnTenant {
  @Text({ min: 1, max: 200, optional: true, example: 'Fjordvik' })
  name?: string;

  @OneOf(LOCALES, { optional: true })
  locale?: LocaleCode;

  @Text({ min: 1, max: 60, optional: true, description: 'IANA zone', example: 'Europe/Oslo' })
  timezone?: string;
}

export class UpdateTenant extends UpdateOwnTenant {
  @Id()
  id: string;

  @Slug({ optional: true })
  slug?: string;

  @Text({
    min: 2,
    max: 31,
    optional: true,
    description: 'Only while the tenant never had a licence',
    example: 'no-west',
  })
  region?: string;
}

export class TenantId {
  @Id()
  id: string;
}

export class ListTenants extends PageQuery {
  @OneOf(TENANT_STATUSES, { optional: true })
  status?: TenantStatus;

  @Slug({ optional: true })
  slug?: string;
}

export class CreatedTenant extends Tenant {
  @Id({ description: 'The first administrator' })
  administratorId: string;
}

export const createTenant = operation({
  id: 'createTenant',
  subject: 'tenant.create.v1',
  summary: 'Provision a tenant with its roles, its first administrator and, if named, a subscription',
  http: { method: 'POST', path: '/tenants', status: 201 },
  request: CreateTenant,
  response: CreatedTenant,
  access: permission('platform.tenant.create'),
  errors: [
    TENANT_SLUG_TAKEN,
    REGION_UNKNOWN,
    TIMEZONE_UNKNOWN,
    PASSWORD_TOO_SHORT,
    PASSWORD_COMMON,
    PASSWORD_PREDICTABLE,
    PLAN_UNKNOWN,
    SETTING_INVALID,
    LIMIT_EXCEEDED,
    AUTH_BUSY,
  ],
  idempotent: true,
  version: 'answers',
});

export const listTenants = operation({
  id: 'listTenants',
  subject: 'tenant.list.v1',
  summary: 'List all tenants',
  http: { method: 'GET', path: '/tenants' },
  request: ListTenants,
  response: TenantPage,
  access: permission('platform.tenant.list'),
});

export const getOwnTenant = operation({
  id: 'getOwnTenant',
  subject: 'tenant.get.v1',
  summary: "The caller's own tenant",
  http: { method: 'GET', path: '/tenant' },
  request: Nothing,
  response: Tenant,
  access: authenticated,
  version: 'answers',
});

export const updateOwnTenant = operation({
  id: 'updateOwnTenant',
  subject: 'tenant.update-own.v1',
  summary: "Change name, language or time zone of the caller's own tenant",
  http: { method: 'PATCH', path: '/tenant' },
  request: UpdateOwnTenant,
  response: Tenant,
  access: permission('platform.tenant.update'),
  errors: [TIMEZONE_UNKNOWN],
  version: 'required',
});

export const getTenant = operation({
  id: 'getTenant',
  subject: 'tenant.read.v1',
  summary: 'Read any tenant',
  http: { method: 'GET', path: '/tenants/{id}' },
  request: TenantId,
  response: Tenant,
  access: permission('platform.tenant.list'),
  errors: [NOT_FOUND],
  version: 'answers',
});

export const updateTenant = operation({
  id: 'updateTenant',
  subject: 'tenant.update.v1',
  summary: 'Change any tenant, its slug included, and its region while it is empty',
  http: { method: 'PATCH', path: '/tenants/{id}' },
  request: UpdateTenant,
  response: Tenant,
  access: permission('platform.tenant.rename'),
  errors: [NOT_FOUND, TENANT_SLUG_TAKEN, REGION_UNKNOWN, REGION_FIXED, TIMEZONE_UNKNOWN, TENANT_STATUS_INVALID],
  version: 'required',
});

export const TENANT_KEYS = ['id', 'slug', 'integration'] as const;
export type TenantKey = (typeof TENANT_KEYS)[number];

export class LocateTenant {
  @OneOf(TENANT_KEYS, { description: 'What `key` is; `integration` is the id of a connection of the tenant' })
  by: TenantKey;

  @Text({ min: 1, max: 63 })
  key: string;
}

export class TenantLocation {
  @Id()
  tenantId: string;

  @Text({ max: 31, description: 'Where its data lives', example: 'no-east' })
  region: string;
}

export const locateTenant = operation({
  id: 'locateTenant',
  subject: 'tenant.locate.v1',
  summary: 'The region of a tenant, for whoever brings requests to it',
  request: LocateTenant,
  response: TenantLocation,
  access: anonymous('asked by gateways before anybody is known; there is no route to it', { tenant: false }),
  errors: [NOT_FOUND],
  readOnly: true,
});

export const tenancyOperations = [
  createTenant,
  listTenants,
  getTenant,
  updateTenant,
  locateTenant,
  getOwnTenant,
  updateOwnTenant,
  ...organizationOperations,
];
