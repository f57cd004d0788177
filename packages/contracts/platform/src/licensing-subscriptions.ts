import { Flag, Id, Instant, ListOf, Nested, NOT_FOUND, OneOf, permission, Text, Texts, Whole } from '@kit/contracts';
import { operation } from './context.js';
import {
  NOTHING_SCHEDULED,
  PLAN_UNCHANGED,
  PLAN_UNKNOWN,
  PRODUCT_REQUIRED,
  SUBSCRIPTION_NOT_LIVE,
  VALIDITY_INVALID,
} from './licensing.errors.js';
import { PlanRef } from './licensing-plans.js';

export const SUBSCRIPTION_STATUSES = ['trialing', 'active', 'past_due', 'suspended', 'expired', 'cancelled'] as const;

export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number];

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

export class ChangeSubscription {
  @Id({ description: 'The tenant' })
  id: string;

  @Text({ min: 2, max: 40, example: 'acme' })
  product: string;

  @Text({ min: 1, max: 500, example: 'Invoice unpaid for 60 days' })
  reason: string;
}

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
  http: { method: 'POST', path: '/tenants/{id}/subscription/changes', query: ['dryRun'] },
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

export const subscriptionOperations = [
  getSubscription,
  putSubscription,
  suspendSubscription,
  resumeSubscription,
  changePlan,
  deleteScheduledChange,
  cancelSubscription,
] as const;
