import {
  Flag,
  Id,
  Instant,
  internal,
  Json,
  LICENSED_ERRORS,
  LIMIT_EXCEEDED,
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
  METER_PERIOD_INVALID,
  METER_UNKNOWN,
  PLAN_UNKNOWN,
  PRODUCT_REQUIRED,
  SUBSCRIPTION_NOT_LIVE,
  VALIDITY_INVALID,
} from './licensing.errors.js';
import { PRODUCT_MISMATCH } from './products.errors.js';
import { type Limits, METER_PERIODS, type MeterPeriod } from './products.js';

export const SUBSCRIPTION_STATUSES = ['trialing', 'active', 'past_due', 'suspended', 'expired', 'cancelled'] as const;
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number];

export const ENTITLEMENT_STATUSES = ['active', 'revoked'] as const;
export type EntitlementStatus = (typeof ENTITLEMENT_STATUSES)[number];

export const ENTITLEMENT_SOURCES = ['subscription', 'manual', 'trial'] as const;
export type EntitlementSource = (typeof ENTITLEMENT_SOURCES)[number];

export class Plan {
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
}

export class PlanPage extends pageOf(Plan) {}

export class ListPlans extends PageQuery {
  @Text({ max: 40, optional: true, description: 'Only plans of this product', example: 'acme' })
  product?: string;
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

  @Whole({ min: 1 })
  version: number;
}

export class EntitlementPage extends pageOf(Entitlement) {}

export class Usage {
  @Text({ max: 80, example: 'acme.exports' })
  meter: string;

  @Text({ max: 80, example: 'acme.reports' })
  module: string;

  @OneOf(METER_PERIODS)
  period: MeterPeriod;

  @Text({ max: 10, description: 'The period that runs now, by the local time of the tenant', example: '2026-12' })
  periodKey: string;

  @Whole({ min: 0, nullable: true, description: 'null is unlimited' })
  limit: number | null;

  @Whole({ min: 0, description: 'Granted to the product so far; an unlimited meter is not counted' })
  used: number;

  @Whole({ min: 0, nullable: true })
  remaining: number | null;

  @Instant({ nullable: true, description: 'null: never starts again' })
  resetsAt: string | null;
}

export class UsagePage extends pageOf(Usage) {}

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
}

export class ChangeSubscription {
  @Id({ description: 'The tenant' })
  id: string;

  @Text({ min: 2, max: 40, example: 'acme' })
  product: string;

  @Text({ min: 1, max: 500, example: 'Invoice unpaid for 60 days' })
  reason: string;
}

export class LeaseUsage {
  @Id()
  tenantId: string;

  @Text({ min: 3, max: 80, example: 'acme.exports' })
  meter: string;

  @Text({ max: 10, optional: true, description: 'The running period unless told', example: '2026-12' })
  period?: string;

  @Whole({ min: 1, max: 100_000, description: 'Wanted; less is granted when less is left', example: 50 })
  amount: number;
}

export class UsageLease {
  @Text({ max: 80, example: 'acme.exports' })
  meter: string;

  @Text({ max: 10, example: '2026-12' })
  period: string;

  @Flag()
  unlimited: boolean;

  @Whole({ min: 0, description: 'The block that now belongs to the product; 0 when unlimited' })
  granted: number;

  @Whole({ min: 0, nullable: true })
  limit: number | null;

  @Whole({ min: 0 })
  used: number;

  @Instant({ nullable: true, description: 'End of the period; what is left of the block ends with it' })
  resetsAt: string | null;
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

export const listUsage = operation({
  id: 'listUsage',
  subject: 'usage.list.v1',
  summary: 'List what the tenant has used of its limits',
  http: { method: 'GET', path: '/usage' },
  request: PageQuery,
  response: UsagePage,
  access: permission('platform.usage.read'),
});

export const putSubscription = operation({
  id: 'putSubscription',
  subject: 'subscription.put.v1',
  summary: 'Subscribe a tenant to a plan, or move it to another one',
  http: { method: 'PUT', path: '/tenants/{id}/subscription' },
  request: PutSubscription,
  response: Subscription,
  access: permission('platform.subscription.manage'),
  errors: [NOT_FOUND, PLAN_UNKNOWN, VALIDITY_INVALID],
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

export const leaseUsage = operation({
  id: 'leaseUsage',
  subject: 'usage.lease.v1',
  summary:
    'Take a block out of a limit for a product to spend by itself; the same Idempotency-Key answers the same block',
  request: LeaseUsage,
  response: UsageLease,
  access: internal,
  errors: [PRODUCT_MISMATCH, NOT_FOUND, METER_UNKNOWN, METER_PERIOD_INVALID, LIMIT_EXCEEDED, ...LICENSED_ERRORS],
  idempotent: true,
});

export const licensingOperations = [
  listPlans,
  getSubscription,
  listEntitlements,
  listUsage,
  putSubscription,
  suspendSubscription,
  resumeSubscription,
  leaseUsage,
] as const;
