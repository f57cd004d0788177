import type { Entitlement, EntitlementState, Plan, Subscription, SubscriptionState } from '@platform/contracts';
import type { EntitlementRow, PlanRow, SubscriptionRow } from './licensing.sql.js';

const instant = (date: Date | null): string | null => date?.toISOString() ?? null;

export const toPlan = ({ product, key, plan_version, name, definition }: PlanRow): Plan => ({
  product,
  key,
  version: plan_version,
  name,
  modules: definition.modules,
  limits: definition.limits,
});

export const toSubscription = (row: SubscriptionRow): Subscription => ({
  id: row.id,
  tenantId: row.tenant_id,
  product: row.product,
  planKey: row.plan_key,
  planVersion: row.plan_version,
  status: row.status,
  validFrom: row.valid_from.toISOString(),
  validUntil: instant(row.valid_until),
  graceUntil: instant(row.grace_until),
  version: row.version,
});

export const toSubscriptionState = (row: SubscriptionRow): SubscriptionState => toSubscription(row);

export const toEntitlement = (row: EntitlementRow): Entitlement => ({
  id: row.id,
  moduleKey: row.module_key,
  status: row.status,
  validFrom: row.valid_from.toISOString(),
  validUntil: instant(row.valid_until),
  source: row.source,
  limits: row.limits,
  version: row.version,
});

export const toEntitlementState = (row: EntitlementRow): EntitlementState => ({
  ...toEntitlement(row),
  tenantId: row.tenant_id,
});
