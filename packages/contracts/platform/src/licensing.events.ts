import { holders, OneOf, Text, Whole } from '@kit/contracts';
import { event } from './context.js';
import { SUBSCRIPTION_STATUSES, type SubscriptionStatus } from './licensing-subscriptions.js';

export class SubscriptionChangedData {
  @Text({ max: 40, example: 'acme' })
  product: string;

  @Text({ max: 60, example: 'basic' })
  planKey: string;

  @Whole({ min: 1 })
  planVersion: number;

  @OneOf(SUBSCRIPTION_STATUSES)
  status: SubscriptionStatus;
}

export class EntitlementChangedData {
  @OneOf(['module', 'limit'])
  what: 'module' | 'limit';

  @Text({ max: 80, description: 'Of the module or the meter', example: 'acme.exports' })
  key: string;

  @OneOf(['given', 'taken'])
  change: 'given' | 'taken';
}

export class UsageThresholdReachedData {
  @Text({ max: 80, example: 'acme.exports' })
  meter: string;

  @Text({ max: 10, example: '2026-12' })
  period: string;

  @Whole({ min: 1, max: 100, description: 'Per cent of the limit', example: 80 })
  threshold: number;

  @Whole({ min: 0 })
  used: number;

  @Whole({ min: 0 })
  limit: number;
}

export const subscriptionStarted = event({
  aggregate: 'subscription',
  fact: 'started',
  summary: 'A tenant was subscribed to a plan, or moved to another one',
  data: SubscriptionChangedData,
  audience: () => holders('platform.subscription.read'),
});

export const subscriptionSuspended = event({
  aggregate: 'subscription',
  fact: 'suspended',
  summary: 'A licence was stopped',
  data: SubscriptionChangedData,
  audience: () => holders('platform.subscription.read'),
});

export const subscriptionResumed = event({
  aggregate: 'subscription',
  fact: 'resumed',
  summary: 'A stopped licence holds again',
  data: SubscriptionChangedData,
  audience: () => holders('platform.subscription.read'),
});

export const subscriptionPastDue = event({
  aggregate: 'subscription',
  fact: 'past-due',
  summary: 'A subscription is over its time or unpaid; its grace runs',
  data: SubscriptionChangedData,
  audience: () => holders('platform.subscription.read'),
});

export const subscriptionExpired = event({
  aggregate: 'subscription',
  fact: 'expired',
  summary: 'The time of a subscription is over, grace included',
  data: SubscriptionChangedData,
  audience: () => holders('platform.subscription.read'),
});

export const subscriptionCancelled = event({
  aggregate: 'subscription',
  fact: 'cancelled',
  summary: 'A subscription was ended',
  data: SubscriptionChangedData,
  audience: () => holders('platform.subscription.read'),
});

export const subscriptionChangeScheduled = event({
  aggregate: 'subscription',
  fact: 'change-scheduled',
  summary: 'Something will happen to a subscription when its period ends, or no longer will',
  data: SubscriptionChangedData,
  audience: () => holders('platform.subscription.read'),
});

export const entitlementChanged = event({
  aggregate: 'entitlement',
  fact: 'changed',
  summary: 'What a tenant holds beside its plan was changed by hand: a module or a limit',
  data: EntitlementChangedData,
  audience: () => holders('platform.entitlement.read'),
});

export const usageThresholdReached = event({
  aggregate: 'usage',
  fact: 'threshold-reached',
  summary: 'A meter passed 50, 80 or 100 per cent of its limit; once per period and threshold',
  data: UsageThresholdReachedData,
  audience: () => holders('platform.usage.read'),
});

export const licensingEvents = [
  subscriptionStarted,
  subscriptionSuspended,
  subscriptionResumed,
  subscriptionPastDue,
  subscriptionExpired,
  subscriptionCancelled,
  subscriptionChangeScheduled,
  entitlementChanged,
  usageThresholdReached,
] as const;
