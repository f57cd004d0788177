import {
  AnyValue,
  Email,
  Flag,
  Id,
  Ids,
  Instant,
  Json,
  LocalDate,
  OneOf,
  Slug,
  Text,
  Texts,
  Whole,
} from '@kit/contracts';
import { ROLE_STATUSES, type RoleStatus, USER_ROLE_STATUSES, type UserRoleStatus } from './access.js';
import { state } from './context.js';
import { LOCALES, type LocaleCode, USER_KINDS, USER_STATUSES, type UserKind, type UserStatus } from './identity.js';
import {
  ENTITLEMENT_SOURCES,
  ENTITLEMENT_STATUSES,
  type EntitlementSource,
  type EntitlementStatus,
  SUBSCRIPTION_STATUSES,
  type SubscriptionStatus,
} from './licensing.js';
import { CONSENT_STATUSES, type ConsentStatus } from './privacy.consents.js';
import {
  DATA_SUBJECT_REQUEST_KINDS,
  DATA_SUBJECT_REQUEST_STATUSES,
  type DataSubjectRequestKind,
  type DataSubjectRequestStatus,
} from './privacy.requests.js';
import { GRANT_SCOPES, type GrantScope, type Limits } from './products.js';
import {
  MEMBERSHIP_STATUSES,
  type MembershipStatus,
  ORGANIZATION_KINDS,
  ORGANIZATION_STATUSES,
  type OrganizationKind,
  type OrganizationStatus,
  TENANT_STATUSES,
  type TenantStatus,
} from './tenancy.js';

/** What every reference copy has: whose it is, and how new. An older version never overwrites a newer one. */
abstract class AggregateState {
  @Id()
  id: string;

  @Whole({ min: 1 })
  version: number;
}

abstract class TenantAggregateState extends AggregateState {
  @Id()
  tenantId: string;
}

export class TenantState extends AggregateState {
  @Slug()
  slug: string;

  @Text({ max: 200 })
  name: string;

  @OneOf(TENANT_STATUSES)
  status: TenantStatus;

  @Text({ max: 31 })
  region: string;

  @OneOf(LOCALES)
  locale: LocaleCode;

  @Text({ max: 60 })
  timezone: string;

  @Id()
  serviceUserId: string;
}

export class OrganizationState extends TenantAggregateState {
  @Text({ max: 200 })
  name: string;

  @OneOf(ORGANIZATION_KINDS)
  kind: OrganizationKind;

  @Id({ nullable: true })
  parentId: string | null;

  @Ids({ description: 'From the root down to the parent' })
  ancestorIds: string[];

  @OneOf(ORGANIZATION_STATUSES)
  status: OrganizationStatus;

  @Text({ max: 9, nullable: true })
  organizationNumber: string | null;
}

export class UserState extends TenantAggregateState {
  @Email()
  email: string;

  @Text({ max: 200 })
  name: string;

  @OneOf(USER_KINDS)
  kind: UserKind;

  @OneOf(USER_STATUSES)
  status: UserStatus;

  @OneOf(LOCALES, { nullable: true })
  locale: LocaleCode | null;

  @LocalDate({ nullable: true, description: 'null: not known' })
  birthDate: string | null;
}

/** Sessions of a user (whose id this has) that ended so lately that an access token of theirs may not have expired yet. */
export class UserSessionsState extends TenantAggregateState {
  @Ids({ max: 20_000 })
  endedSessionIds: string[];
}

export class MembershipState extends TenantAggregateState {
  @Id()
  userId: string;

  @Id()
  orgId: string;

  @OneOf(MEMBERSHIP_STATUSES)
  status: MembershipStatus;
}

export class RoleState extends TenantAggregateState {
  @Text({ max: 60 })
  key: string;

  @Text({ max: 120 })
  name: string;

  @Texts({ max: 1000, length: 120 })
  permissions: string[];

  @OneOf(ROLE_STATUSES)
  status: RoleStatus;
}

export class UserRoleState extends TenantAggregateState {
  @Id()
  userId: string;

  @Id()
  roleId: string;

  @OneOf(GRANT_SCOPES)
  scope: GrantScope;

  @Id({ nullable: true })
  orgId: string | null;

  @Instant({ nullable: true, description: 'Holds from then on' })
  notBefore: string | null;

  @Instant({ nullable: true })
  expiresAt: string | null;

  @OneOf(USER_ROLE_STATUSES)
  status: UserRoleStatus;
}

export class SubscriptionState extends TenantAggregateState {
  @Text({ max: 40 })
  product: string;

  @Text({ max: 60 })
  planKey: string;

  @Whole({ min: 1 })
  planVersion: number;

  @OneOf(SUBSCRIPTION_STATUSES)
  status: SubscriptionStatus;

  @Instant()
  validFrom: string;

  @Instant({ nullable: true })
  validUntil: string | null;

  @Instant({ nullable: true })
  graceUntil: string | null;
}

export class EntitlementState extends TenantAggregateState {
  @Text({ max: 80 })
  moduleKey: string;

  @OneOf(ENTITLEMENT_STATUSES)
  status: EntitlementStatus;

  @Instant()
  validFrom: string;

  @Instant({ nullable: true })
  validUntil: string | null;

  @OneOf(ENTITLEMENT_SOURCES)
  source: EntitlementSource;

  @Json({ description: 'Limit per meter of the module; null is unlimited' })
  limits: Limits;
}

/** What one layer says of a setting. A value that was taken back is a tombstone. */
export class SettingState extends TenantAggregateState {
  @Text({ max: 80 })
  key: string;

  @Id({ nullable: true })
  orgId: string | null;

  @Id({ nullable: true })
  userId: string | null;

  @AnyValue()
  value: unknown;
}

/** One per user and purpose: its id follows from both. */
export class ConsentState extends TenantAggregateState {
  @Id()
  userId: string;

  @Text({ max: 80 })
  purposeKey: string;

  @Whole({ min: 1 })
  purposeVersion: number;

  @OneOf(CONSENT_STATUSES, { description: 'Only `given` means yes' })
  status: ConsentStatus;
}

export class DataSubjectRequestState extends TenantAggregateState {
  @Id()
  userId: string;

  @OneOf(DATA_SUBJECT_REQUEST_KINDS)
  kind: DataSubjectRequestKind;

  @OneOf(DATA_SUBJECT_REQUEST_STATUSES)
  status: DataSubjectRequestStatus;

  @Texts({ max: 200, length: 40, description: 'Products that still have to answer' })
  awaiting: string[];

  @Flag({ description: 'Nothing new may be done with the data of the user' })
  restricts: boolean;
}

export const tenantState = state('tenant', TenantState);
export const organizationState = state('organization', OrganizationState);
export const userState = state('user', UserState);
export const userSessionsState = state('user_sessions', UserSessionsState);
export const membershipState = state('membership', MembershipState);
export const roleState = state('role', RoleState);
export const userRoleState = state('user_role', UserRoleState);
export const subscriptionState = state('subscription', SubscriptionState);
export const entitlementState = state('entitlement', EntitlementState);
export const consentState = state('consent', ConsentState);
export const dataSubjectRequestState = state('data_subject_request', DataSubjectRequestState);

export const settingState = state('setting', SettingState);

export const platformStates = [
  tenantState,
  organizationState,
  userState,
  userSessionsState,
  membershipState,
  roleState,
  userRoleState,
  subscriptionState,
  entitlementState,
  consentState,
  dataSubjectRequestState,
  settingState,
];
