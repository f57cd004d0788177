import type {
  EntitlementSource,
  EntitlementStatus,
  Limits,
  MeterDefinition,
  SubscriptionStatus,
} from '@platform/contracts';

export interface SubscriptionTerms {
  readonly status: SubscriptionStatus;
  readonly validFrom: Date;
  readonly validUntil: Date | null;
  readonly graceUntil: Date | null;
}

export interface EntitlementTerms {
  readonly status: EntitlementStatus;
  readonly validFrom: Date;
  readonly validUntil: Date | null;
}

export type Licence = 'entitled' | 'not_entitled' | 'expired' | 'suspended';

/**
 * Whether a module may be used at `now`. Times decide, not jobs: a subscription whose time is over has expired even
 * when nobody has written it down yet.
 *
 * @param subscription null for a module that stands by itself (given by hand)
 */
export function licenceAt(
  now: Date,
  subscription: SubscriptionTerms | null,
  entitlement: EntitlementTerms | null,
): Licence {
  if (subscription) {
    const standing = subscriptionAt(now, subscription);
    if (standing !== 'entitled') return standing;
  }
  if (entitlement?.status !== 'active') return 'not_entitled';
  if (entitlement.validFrom > now) return 'not_entitled';
  // An entitlement of a subscription ends with it, grace included; the subscription was asked above.
  if (!subscription && entitlement.validUntil && entitlement.validUntil <= now) return 'not_entitled';
  return 'entitled';
}

export function subscriptionAt(now: Date, subscription: SubscriptionTerms): Licence {
  const { status, validFrom, validUntil, graceUntil } = subscription;
  if (status === 'suspended') return 'suspended';
  if (status === 'expired' || status === 'cancelled') return 'expired';
  if (validFrom > now) return 'not_entitled';
  const end = validUntil && graceUntil && graceUntil > validUntil ? graceUntil : validUntil;
  return end !== null && end <= now ? 'expired' : 'entitled';
}

/** What a plan gives: each of its modules with the limits of the meters that belong to it. */
export function entitlementsOf(
  plan: { modules: readonly string[]; limits: Limits },
  meters: readonly Pick<MeterDefinition, 'key' | 'module'>[],
): { moduleKey: string; limits: Limits }[] {
  return plan.modules.map((moduleKey) => ({
    moduleKey,
    limits: Object.fromEntries(
      meters
        .filter(({ key, module }) => module === moduleKey && plan.limits[key] !== undefined)
        .map(({ key }) => [key, plan.limits[key] as number | null]),
    ),
  }));
}

export interface WantedEntitlement {
  readonly moduleKey: string;
  readonly limits: Limits;
  readonly validFrom: Date;
  readonly validUntil: Date | null;
  readonly source: EntitlementSource;
  readonly subscriptionId: string;
}

export interface HeldEntitlement {
  readonly id: string;
  readonly module_key: string;
  readonly subscription_id: string | null;
  readonly source: EntitlementSource;
  readonly valid_from: Date;
  readonly valid_until: Date | null;
  readonly limits: Limits;
}

/** What has to begin, change and end so that a tenant holds what its plan gives. What was given by hand stays. */
export function entitlementChanges(
  held: readonly HeldEntitlement[],
  wanted: readonly WantedEntitlement[],
  subscriptionId: string,
): { begin: WantedEntitlement[]; change: { id: string; to: WantedEntitlement }[]; end: string[] } {
  const byModule = new Map(held.map((entitlement) => [entitlement.module_key, entitlement]));
  const begin: WantedEntitlement[] = [];
  const change: { id: string; to: WantedEntitlement }[] = [];
  for (const to of wanted) {
    const has = byModule.get(to.moduleKey);
    if (!has) begin.push(to);
    else if (has.source !== 'manual' && !same(has, to)) change.push({ id: has.id, to });
  }
  const modules = new Set(wanted.map(({ moduleKey }) => moduleKey));
  const end = held.filter((has) => has.subscription_id === subscriptionId && !modules.has(has.module_key));
  return { begin, change, end: end.map(({ id }) => id) };
}

function same(held: HeldEntitlement, wanted: WantedEntitlement): boolean {
  const meters = Object.keys(wanted.limits);
  return (
    held.subscription_id === wanted.subscriptionId &&
    held.source === wanted.source &&
    held.valid_from.getTime() === wanted.validFrom.getTime() &&
    held.valid_until?.getTime() === wanted.validUntil?.getTime() &&
    meters.length === Object.keys(held.limits).length &&
    meters.every((meter) => held.limits[meter] === wanted.limits[meter])
  );
}
