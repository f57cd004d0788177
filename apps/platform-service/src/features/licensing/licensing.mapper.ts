import type {
  Entitlement,
  EntitlementState,
  LimitLayer,
  LimitOrigin,
  Plan,
  Subscription,
  SubscriptionState,
} from '@platform/contracts';
import { anchoredPeriodAt } from './domain/period.js';
import { type SubscriptionTerms, statusAt } from './domain/subscription.js';
import type { EntitlementRow, PlanRow, SubscriptionRow } from './licensing.sql.js';

export const instant = (date: Date | null): string | null => date?.toISOString() ?? null;

/** Amounts are bigint in the database; null is unlimited. */
export const amountOf = (amount: string | null): number | null => (amount === null ? null : Number(amount));

export const toPlan = ({ id, product, key, plan_version, name, definition, status }: PlanRow): Plan => ({
  id,
  product,
  key,
  version: plan_version,
  name,
  modules: definition.modules,
  limits: definition.limits,
  graceDays: definition.graceDays ?? 0,
  status,
});

export const termsOf = (row: SubscriptionRow): SubscriptionTerms => ({
  status: row.status,
  trial: row.trial,
  validFrom: row.valid_from,
  validUntil: row.valid_until,
  graceUntil: row.grace_until,
  scheduled: row.scheduled_change === null ? null : { change: row.scheduled_change, at: row.scheduled_at as Date },
});

/** When the period ends that runs at `now`; a validity that ends earlier ends it. */
export function periodEnd(row: SubscriptionRow, now: Date): Date {
  const at = row.valid_from > now ? row.valid_from : now;
  const { endsAt } = anchoredPeriodAt(row.valid_from, row.billing_period, at, row.timezone);
  return row.valid_until !== null && row.valid_until > now && row.valid_until < endsAt ? row.valid_until : endsAt;
}

/** As it stands at `now`, whether or not that was written down. */
export const toSubscription = (row: SubscriptionRow, now: Date): Subscription => ({
  ...toSubscriptionState(row),
  status: statusAt(now, termsOf(row)),
  billingPeriod: row.billing_period,
  periodEndsAt: periodEnd(row, now).toISOString(),
  scheduled:
    row.scheduled_change === null
      ? null
      : {
          change: row.scheduled_change,
          at: (row.scheduled_at as Date).toISOString(),
          planKey: row.scheduled_plan_key,
          planVersion: row.scheduled_plan_version,
        },
});

export const toSubscriptionState = (row: SubscriptionRow): SubscriptionState => ({
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

export const toEntitlement = (row: EntitlementRow, origins: LimitOrigin[], layers: LimitLayer[]): Entitlement => ({
  id: row.id,
  moduleKey: row.module_key,
  status: row.status,
  validFrom: row.valid_from.toISOString(),
  validUntil: instant(row.valid_until),
  source: row.source,
  limits: row.limits,
  origins,
  layers,
  version: row.version,
});

export const toEntitlementState = (row: EntitlementRow): EntitlementState => ({
  id: row.id,
  tenantId: row.tenant_id,
  moduleKey: row.module_key,
  status: row.status,
  validFrom: row.valid_from.toISOString(),
  validUntil: instant(row.valid_until),
  source: row.source,
  limits: row.limits,
  version: row.version,
});
