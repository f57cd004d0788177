import { billingOperations } from './licensing-billing.js';
import { entitlementOperations } from './licensing-entitlements.js';
import { planOperations } from './licensing-plans.js';
import { subscriptionOperations } from './licensing-subscriptions.js';
import { usageOperations } from './licensing-usage.js';

export * from './licensing-billing.js';
export * from './licensing-entitlements.js';
export * from './licensing-plans.js';
export * from './licensing-subscriptions.js';
export * from './licensing-usage.js';

export const licensingOperations = [
  ...planOperations,
  ...subscriptionOperations,
  ...entitlementOperations,
  ...usageOperations,
  ...billingOperations,
] as const;
