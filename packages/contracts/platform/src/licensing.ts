import {
  Flag,
  Id,
  Instant,
  Json,
  ListOf,
  ListOfOneOf,
  Nested,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Text,
  Texts,
  Whole,
} from '@kit/contracts';
import { operation } from './context.js';
import {
  LIMIT_REQUIRED,
  METER_UNKNOWN,
  MODULE_UNKNOWN,
  NOTHING_SCHEDULED,
  PLAN_UNCHANGED,
  PLAN_UNKNOWN,
  PRODUCT_REQUIRED,
  SUBSCRIPTION_NOT_LIVE,
  VALIDITY_INVALID,
} from './licensing.errors.js';
import { billingOperations } from './licensing-billing.js';
import { usageOperations } from './licensing-usage.js';
import type { Limits } from './products.js';

export * from './licensing-billing.js';
export * from './licensing-usage.js';

export const SUBSCRIPTION_STATUSES = ['trialing', 'active', 'past_due', 'suspended', 'expired', 'cancelled'] as const;
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number];

export const ENTITLEMENT_STATUSES = ['active', 'revoked'] as const;
export type EntitlementStatus = (typeof ENTITLEMENT_STATUSES)[number];

export const ENTITLEMENT_SOURCES = ['subscription', 'manual', 'trial'] as const;
export type EntitlementSource = (typeof ENTITLEMENT_SOURCES)[number];

export const PLAN_STATUSES = ['active', 'retired'] as const;
export type PlanStatus = (typeof PLAN_STATUSES)[number];

export class Plan {
  @Id()
  id: string;

  @Text({ max: 40, example: 'acme' })
  product: string;

  @Text({ max: 60, example: 'basic' })
  key: string;

  @Whole({ min: 1 })
  version: number;

  @Text({ max: 120, example: 'Basic' })
  name: string;

  @Texts({ max: 100, length: 80, example: ['acme.reports'] })
  modules: string[];

  @Json({ description: 'Limit per meter; null is unlimited', example: { 'acme.exports': 1000 } })
  limits: Limits;

  @Whole({ min: 0, description: 'Days in which a former limit still holds after it fell below what is used' })
  graceDays: number;

  @OneOf(PLAN_STATUSES, { description: 'retired: who subscribed keeps it, nobody new gets it' })
  status: PlanStatus;
}

export class PlanPage extends pageOf(Plan) {}

export class ListPlans extends PageQuery {
  @Text({ max: 40, optional: true, description: 'Only plans of this product', example: 'acme' })
  product?: string;

  @OneOf(PLAN_STATUSES, { optional: true, description: 'active unless told' })
  status?: PlanStatus;
}

export class GetPlan {
  @Id()
  id: string;
}

export const BILLING_PERIODS = ['month', 'year'] as const;
export type BillingPeriod = (typeof BILLING_PERIODS)[number];

/** What the clock alone is going to do to a subscription. */
export class ScheduledChange {
  @OneOf(['plan', 'cancel'])
  change: 'plan' | 'cancel';

  @Instant()
  at: string;

  @Text({ max: 60, nullable: true, example: 'basic' })
  planKey: string | null;

  @Whole({ min: 1, nullable: true })
  planVersion: number | null;
}

export class Subscription {
  @Id()
  id: string;

  @Id()
  tenantId: string;

  @Text({ max: 40, example: 'acme' })
  product: string;

  @Text({ max: 60, example: 'basic' })
  planKey: string;

  @Whole({ min: 1 })
  planVersion: number;

  @OneOf(SUBSCRIPTION_STATUSES)
  status: SubscriptionStatus;

  @Instant()
  validFrom: string;

  @Instant({ nullable: true })
  validUntil: string | null;

  @Instant({ nullable: true, description: 'Until then the licence still holds after validUntil' })
  graceUntil: string | null;

  @OneOf(BILLING_PERIODS)
  billingPeriod: BillingPeriod;

  @Instant({ description: 'When the period of the subscription ends that runs now, counted from validFrom' })
  periodEndsAt: string;

  @Nested(() => ScheduledChange, { nullable: true })
  scheduled: ScheduledChange | null;

  @Whole({ min: 1 })
  version: number;
}

export class GetSubscription {
  @Text({
    max: 40,
    optional: true,
    description: 'Needed when the tenant subscribes to more than one product',
    example: 'acme',
  })
  product?: string;
}

export const LIMIT_LAYERS = ['plan', 'addon', 'grant', 'override'] as const;
/** What decides, from the weakest to the strongest. */
export type LimitLayer = (typeof LIMIT_LAYERS)[number];

/** Layers a module may be added by, beside the plan. */
export const GRANT_LAYERS = ['addon', 'grant'] as const;
export type GrantLayer = (typeof GRANT_LAYERS)[number];

/** Null is unlimited, wherever it stands. */
export class LimitOrigin {
  @Text({ max: 80, example: 'acme.exports' })
  meter: string;

  @Whole({ min: 0, nullable: true, description: 'What the plan says' })
  planValue: number | null;

  @Flag({ description: 'A layer above the plan says otherwise: overrideValue' })
  overridden: boolean;

  @Whole({ min: 0, nullable: true })
  overrideValue: number | null;

  @Whole({ min: 0, nullable: true, description: 'What holds' })
  value: number | null;

  @OneOf(LIMIT_LAYERS)
  source: LimitLayer;

  @Text({ max: 500, nullable: true })
  reason: string | null;

  @Instant({ nullable: true, description: 'When the plan’s value holds again' })
  expiresAt: string | null;
}

export class Entitlement {
  @Id()
  id: string;

  @Text({ max: 80, example: 'acme.reports' })
  moduleKey: string;

  @OneOf(ENTITLEMENT_STATUSES)
  status: EntitlementStatus;

  @Instant()
  validFrom: string;

  @Instant({ nullable: true })
  validUntil: string | null;

  @OneOf(ENTITLEMENT_SOURCES)
  source: EntitlementSource;

  @Json({ description: 'Limit per meter of the module; null is unlimited', example: { 'acme.exports': 1000 } })
  limits: Limits;

  @ListOf(() => LimitOrigin, { max: 100, description: 'Where each limit comes from' })
  origins: LimitOrigin[];

  @ListOfOneOf(LIMIT_LAYERS, { description: 'Every layer that gives the module now, the lowest first' })
  layers: LimitLayer[];

  @Whole({ min: 1 })
  version: number;
}

export class EntitlementPage extends pageOf(Entitlement) {}

export class PutSubscription {
  @Id({ description: 'The tenant' })
  id: string;

  @Text({ min: 2, max: 40, example: 'acme' })
  product: string;

  @Text({ min: 2, max: 60, example: 'basic' })
  planKey: string;

  @Whole({ min: 1, max: 100_000, optional: true, description: 'The newest version unless told' })
  planVersion?: number;

  @Instant({ optional: true, description: 'Now unless told' })
  validFrom?: string;

  @Instant({ optional: true, nullable: true })
  validUntil?: string | null;

  @Instant({ optional: true, nullable: true })
  graceUntil?: string | null;

  @Flag({ optional: true, description: 'Start as a trial' })
  trial?: boolean;

  @Whole({ min: 1, max: 365, optional: true, description: 'Start as a trial of so many days' })
  trialDays?: number;

  @OneOf(BILLING_PERIODS, { optional: true, description: 'month unless told' })
  billingPeriod?: BillingPeriod;
}

export const CHANGE_TIMES = ['now', 'period_end'] as const;
export type ChangeTime = (typeof CHANGE_TIMES)[number];

export class ChangePlan {
  @Id({ description: 'The tenant' })
  id: string;

  @Text({ min: 2, max: 40, example: 'acme' })
  product: string;

  @Text({ min: 2, max: 60, example: 'basic' })
  planKey: string;

  @Whole({ min: 1, max: 100_000, optional: true, description: 'The newest version unless told' })
  planVersion?: number;

  @OneOf(CHANGE_TIMES, {
    optional: true,
    description: 'Unless told: at once when nothing gets less, else when the period ends',
  })
  when?: ChangeTime;

  @Flag({ optional: true, description: 'Only tell what would happen' })
  dryRun?: boolean;
}

export class LimitChange {
  @Text({ max: 80, example: 'acme.exports' })
  meter: string;

  @Whole({ min: 0, nullable: true })
  from: number | null;

  @Whole({ min: 0, nullable: true })
  to: number | null;

  @Whole({ min: 0 })
  used: number;

  @Flag({ description: 'More is used than the new limit allows; nothing is deleted' })
  overLimit: boolean;

  @Instant({ nullable: true, description: 'Until then the former limit still holds' })
  graceUntil: string | null;
}

export class PlanRef {
  @Text({ max: 60, example: 'basic' })
  planKey: string;

  @Whole({ min: 1 })
  planVersion: number;
}

export class PlanChange {
  @OneOf(['upgrade', 'downgrade'], { description: 'downgrade: some module or limit gets less' })
  direction: 'upgrade' | 'downgrade';

  @OneOf(CHANGE_TIMES)
  when: ChangeTime;

  @Instant()
  at: string;

  @Flag()
  dryRun: boolean;

  @Nested(() => PlanRef)
  from: PlanRef;

  @Nested(() => PlanRef)
  to: PlanRef;

  @Texts({ max: 100, length: 80 })
  modulesGained: string[];

  @Texts({ max: 100, length: 80 })
  modulesLost: string[];

  @ListOf(() => LimitChange, { max: 100 })
  limits: LimitChange[];

  @Nested(() => Subscription)
  subscription: Subscription;
}

export class OfSubscription {
  @Id({ description: 'The tenant' })
  id: string;

  @Text({ min: 2, max: 40, example: 'acme' })
  product: string;
}

export class CancelSubscription extends OfSubscription {
  @OneOf(CHANGE_TIMES, { optional: true, description: 'When the period ends unless told' })
  when?: ChangeTime;

  @Text({ min: 1, max: 500, example: 'The tenant gave notice' })
  reason: string;
}

export class PutEntitlement {
  @Id({ description: 'The tenant' })
  id: string;

  @Text({ min: 3, max: 80, example: 'acme.reports' })
  moduleKey: string;

  @OneOf(GRANT_LAYERS, { optional: true, description: 'grant unless told' })
  layer?: GrantLayer;

  @Instant({ optional: true, description: 'Now unless told' })
  validFrom?: string;

  @Instant({ optional: true, nullable: true })
  validUntil?: string | null;

  @Text({ min: 1, max: 500, example: 'Pilot until the summer' })
  reason: string;

  @Json({
    optional: true,
    description: 'Limits of the module’s meters; each that the plan does not give is needed. null is unlimited',
    example: { 'acme.exports': 100 },
  })
  limits?: Limits;
}

export class DeleteEntitlement {
  @Id({ description: 'The tenant' })
  id: string;

  @Text({ min: 3, max: 80, example: 'acme.reports' })
  moduleKey: string;

  @OneOf(GRANT_LAYERS, { optional: true, description: 'grant unless told' })
  layer?: GrantLayer;
}

export class OfLimit {
  @Id({ description: 'The tenant' })
  id: string;

  @Text({ min: 3, max: 80, example: 'acme.exports' })
  meter: string;
}

export class PutLimitOverride extends OfLimit {
  @Whole({ min: 0, nullable: true, description: 'null is unlimited' })
  value: number | null;

  @Text({ min: 1, max: 500, example: 'Agreed for the elections' })
  reason: string;

  @Instant({ optional: true, nullable: true })
  expiresAt?: string | null;
}

export class MigratePlan {
  @Id({ description: 'The plan whose tenants move' })
  id: string;

  @Whole({ min: 1, max: 100_000, optional: true, description: 'Version of the same plan; the newest unless told' })
  toVersion?: number;

  @Flag({ optional: true, description: 'Only tell what would happen' })
  dryRun?: boolean;

  @Whole({
    min: 1,
    max: 200,
    optional: true,
    description: 'Tenants at once, 50 unless told; repeat until none remains',
  })
  limit?: number;
}

export class MovedTenant {
  @Id()
  tenantId: string;

  @Id()
  subscriptionId: string;

  @Texts({ max: 100, length: 80 })
  modulesLost: string[];

  @Texts({ max: 100, length: 80, description: 'Meters of which more is used than the new version allows' })
  overLimit: string[];
}

export class PlanMigration {
  @Id({ nullable: true, description: 'null: only tried' })
  id: string | null;

  @Nested(() => PlanRef)
  from: PlanRef;

  @Nested(() => PlanRef)
  to: PlanRef;

  @ListOf(() => MovedTenant, { max: 200 })
  tenants: MovedTenant[];

  @Whole({ min: 0, description: 'Tenants that are still on the former version' })
  remaining: number;
}

export class RevertPlanMigration {
  @Id({ description: 'The plan whose tenants moved' })
  id: string;

  @Id()
  migrationId: string;
}

export class RevertedPlanMigration {
  @Id()
  id: string;

  @Whole({ min: 0 })
  reverted: number;

  @Whole({ min: 0, description: 'Tenants that have changed their plan since and keep it' })
  kept: number;
}

export class ChangeSubscription {
  @Id({ description: 'The tenant' })
  id: string;

  @Text({ min: 2, max: 40, example: 'acme' })
  product: string;

  @Text({ min: 1, max: 500, example: 'Invoice unpaid for 60 days' })
  reason: string;
}

export const listPlans = operation({
  id: 'listPlans',
  subject: 'plan.list.v1',
  summary: 'List the plans a tenant may subscribe to',
  http: { method: 'GET', path: '/plans' },
  request: ListPlans,
  response: PlanPage,
  access: permission('platform.plan.read'),
});

export const getPlan = operation({
  id: 'getPlan',
  subject: 'plan.get.v1',
  summary: 'Read a version of a plan, a retired one too',
  http: { method: 'GET', path: '/plans/{id}' },
  request: GetPlan,
  response: Plan,
  access: permission('platform.plan.read'),
  errors: [NOT_FOUND],
});

export const getSubscription = operation({
  id: 'getSubscription',
  subject: 'subscription.get.v1',
  summary: 'Read the subscription of the tenant',
  http: { method: 'GET', path: '/subscription' },
  request: GetSubscription,
  response: Subscription,
  access: permission('platform.subscription.read'),
  errors: [NOT_FOUND, PRODUCT_REQUIRED],
  version: 'answers',
});

export const listEntitlements = operation({
  id: 'listEntitlements',
  subject: 'entitlement.list.v1',
  summary: 'List what the licence of the tenant includes',
  http: { method: 'GET', path: '/entitlements' },
  request: PageQuery,
  response: EntitlementPage,
  access: permission('platform.entitlement.read'),
});

export const putSubscription = operation({
  id: 'putSubscription',
  subject: 'subscription.put.v1',
  summary: 'Subscribe a tenant to a plan, or move it to another one',
  http: { method: 'PUT', path: '/tenants/{id}/subscription' },
  request: PutSubscription,
  response: Subscription,
  access: permission('platform.subscription.manage'),
  errors: [NOT_FOUND, PLAN_UNKNOWN, VALIDITY_INVALID, SUBSCRIPTION_NOT_LIVE],
  version: 'answers',
});

export const suspendSubscription = operation({
  id: 'suspendSubscription',
  subject: 'subscription.suspend.v1',
  summary: 'Stop the licence of a tenant until it is resumed',
  http: { method: 'POST', path: '/tenants/{id}/subscription/suspend' },
  request: ChangeSubscription,
  response: Subscription,
  access: permission('platform.subscription.manage'),
  errors: [NOT_FOUND, SUBSCRIPTION_NOT_LIVE],
  version: 'answers',
});

export const resumeSubscription = operation({
  id: 'resumeSubscription',
  subject: 'subscription.resume.v1',
  summary: 'Let a suspended licence hold again',
  http: { method: 'POST', path: '/tenants/{id}/subscription/resume' },
  request: ChangeSubscription,
  response: Subscription,
  access: permission('platform.subscription.manage'),
  errors: [NOT_FOUND, SUBSCRIPTION_NOT_LIVE],
  version: 'answers',
});

export const changePlan = operation({
  id: 'changePlan',
  subject: 'subscription.change.v1',
  summary: 'Move a tenant to another plan, at once or when its period ends, or only tell what that would mean',
  http: { method: 'POST', path: '/tenants/{id}/subscription/changes' },
  request: ChangePlan,
  response: PlanChange,
  access: permission('platform.subscription.manage'),
  errors: [NOT_FOUND, PLAN_UNKNOWN, PLAN_UNCHANGED, SUBSCRIPTION_NOT_LIVE],
  idempotent: true,
});

export const deleteScheduledChange = operation({
  id: 'deleteScheduledChange',
  subject: 'subscription.unschedule.v1',
  summary: 'Take back what was scheduled for a subscription: another plan, or its end',
  http: { method: 'DELETE', path: '/tenants/{id}/subscription/changes' },
  request: OfSubscription,
  response: Subscription,
  access: permission('platform.subscription.manage'),
  errors: [NOT_FOUND, NOTHING_SCHEDULED],
  version: 'answers',
});

export const cancelSubscription = operation({
  id: 'cancelSubscription',
  subject: 'subscription.cancel.v1',
  summary: 'End a subscription, at once or when its period ends',
  http: { method: 'POST', path: '/tenants/{id}/subscription/cancel' },
  request: CancelSubscription,
  response: Subscription,
  access: permission('platform.subscription.manage'),
  errors: [NOT_FOUND, SUBSCRIPTION_NOT_LIVE],
  version: 'answers',
});

export const putEntitlement = operation({
  id: 'putEntitlement',
  subject: 'entitlement.put.v1',
  summary: 'Give a tenant a module beside its plan',
  http: { method: 'PUT', path: '/tenants/{id}/entitlements/{moduleKey}' },
  request: PutEntitlement,
  response: Entitlement,
  access: permission('platform.entitlement.manage'),
  errors: [NOT_FOUND, MODULE_UNKNOWN, METER_UNKNOWN, LIMIT_REQUIRED, VALIDITY_INVALID, SUBSCRIPTION_NOT_LIVE],
  version: 'answers',
});

export const deleteEntitlement = operation({
  id: 'deleteEntitlement',
  subject: 'entitlement.delete.v1',
  summary: 'Take back a module that was given beside the plan',
  http: { method: 'DELETE', path: '/tenants/{id}/entitlements/{moduleKey}', status: 204 },
  request: DeleteEntitlement,
  response: null,
  access: permission('platform.entitlement.manage'),
  errors: [NOT_FOUND],
});

export const putLimitOverride = operation({
  id: 'putLimitOverride',
  subject: 'limit.put.v1',
  summary: 'Let another limit hold for a tenant than its plan says',
  http: { method: 'PUT', path: '/tenants/{id}/limits/{meter}' },
  request: PutLimitOverride,
  response: LimitOrigin,
  access: permission('platform.entitlement.manage'),
  errors: [NOT_FOUND, METER_UNKNOWN, VALIDITY_INVALID],
});

export const deleteLimitOverride = operation({
  id: 'deleteLimitOverride',
  subject: 'limit.delete.v1',
  summary: 'Let the limit of the plan hold again',
  http: { method: 'DELETE', path: '/tenants/{id}/limits/{meter}', status: 204 },
  request: OfLimit,
  response: null,
  access: permission('platform.entitlement.manage'),
  errors: [NOT_FOUND],
});

export const migratePlan = operation({
  id: 'migratePlan',
  subject: 'plan.migrate.v1',
  summary: 'Move the tenants of one version of a plan to another version, or only tell what that would mean',
  http: { method: 'POST', path: '/plans/{id}/migrations' },
  request: MigratePlan,
  response: PlanMigration,
  access: permission('platform.subscription.manage'),
  errors: [NOT_FOUND, PLAN_UNKNOWN, PLAN_UNCHANGED],
  idempotent: true,
});

export const revertPlanMigration = operation({
  id: 'revertPlanMigration',
  subject: 'plan.revert.v1',
  summary: 'Move the tenants of a migration back to the version they had',
  http: { method: 'POST', path: '/plans/{id}/migrations/{migrationId}/revert' },
  request: RevertPlanMigration,
  response: RevertedPlanMigration,
  access: permission('platform.subscription.manage'),
  errors: [NOT_FOUND],
});

export const licensingOperations = [
  listPlans,
  getPlan,
  getSubscription,
  listEntitlements,
  putSubscription,
  suspendSubscription,
  resumeSubscription,
  changePlan,
  deleteScheduledChange,
  cancelSubscription,
  putEntitlement,
  deleteEntitlement,
  putLimitOverride,
  deleteLimitOverride,
  migratePlan,
  revertPlanMigration,
  ...usageOperations,
  ...billingOperations,
] as const;
