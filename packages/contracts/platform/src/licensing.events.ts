import { OneOf, Text, Whole } from '@kit/contracts';
import { event } from './context.js';
import { SUBSCRIPTION_STATUSES, type SubscriptionStatus } from './licensing.js';

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
});

export const subscriptionSuspended = event({
  aggregate: 'subscription',
  fact: 'suspended',
  summary: 'A licence was stopped',
  data: SubscriptionChangedData,
});

export const subscriptionResumed = event({
  aggregate: 'subscription',
  fact: 'resumed',
  summary: 'A stopped licence holds again',
  data: SubscriptionChangedData,
});

export const usageThresholdReached = event({
  aggregate: 'usage',
  fact: 'threshold-reached',
  summary: 'A meter passed 50, 80 or 100 per cent of its limit; once per period and threshold',
  data: UsageThresholdReachedData,
});

export const licensingEvents = [
  subscriptionStarted,
  subscriptionSuspended,
  subscriptionResumed,
  usageThresholdReached,
] as const;
