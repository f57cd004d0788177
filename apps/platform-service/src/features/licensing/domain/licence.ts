import type { EntitlementSource, EntitlementStatus, Limits, MeterDefinition } from '@platform/contracts';
import { endOf, isLive, type SubscriptionTerms, statusAt } from './subscription.js';

export interface EntitlementTerms {
  readonly status: EntitlementStatus;
  readonly validFrom: Date;
  readonly validUntil: Date | null;
  /** Given by hand: it has an end of its own. */
  readonly manual: boolean;
}

export type Licence = 'entitled' | 'not_entitled' | 'expired' | 'suspended';

/**
 * Whether a module may be used at `now`. A suspended subscription stops everything of its product; otherwise what was
 * given by hand holds for its own time, and what comes with the subscription as long as that one.
 *
 * @param subscription the product's; null when the tenant never had one
 */
export function licenceAt(
  now: Date,
  subscription: SubscriptionTerms | null,
  entitlement: EntitlementTerms | null,
): Licence {
  const standing = subscription ? subscriptionAt(now, subscription) : 'not_entitled';
  if (standing === 'suspended') return 'suspended';
  const given = entitlement?.status === 'active' && entitlement.validFrom <= now;
  if (given && entitlement.manual) {
    if (entitlement.validUntil === null || entitlement.validUntil > now) return 'entitled';
  }
  if (standing === 'expired') return 'expired';
  return given && !entitlement.manual ? standing : 'not_entitled';
}

export function subscriptionAt(now: Date, terms: SubscriptionTerms): Licence {
  const status = statusAt(now, terms);
  if (status === 'suspended') return 'suspended';
  if (!isLive(status)) return 'expired';
  return terms.validFrom > now ? 'not_entitled' : 'entitled';
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

export interface SubscribedPlan extends SubscriptionTerms {
  readonly id: string;
  readonly product: string;
  readonly plan: { modules: readonly string[]; limits: Limits };
}

export interface ModuleGrant {
  readonly moduleKey: string;
  readonly layer: 'addon' | 'grant';
  readonly validFrom: Date;
  readonly validUntil: Date | null;
}

export interface WantedEntitlement {
  readonly moduleKey: string;
  readonly limits: Limits;
  readonly validFrom: Date;
  readonly validUntil: Date | null;
  readonly source: EntitlementSource;
  readonly subscriptionId: string | null;
}

const FOR_EVER = 8.64e15;
const until = (instant: Date | null): number => instant?.getTime() ?? FOR_EVER;

/**
 * What a tenant holds in all: the modules of its plans, and those given beside them. An add-on needs a subscription of
 * its product that lives; a grant needs nothing. Where both the plan and a grant give a module, the one that lasts longer.
 */
export function entitlementsAt(
  now: Date,
  subscriptions: readonly SubscribedPlan[],
  grants: readonly ModuleGrant[],
  meters: readonly Pick<MeterDefinition, 'key' | 'module'>[],
): WantedEntitlement[] {
  const wanted = new Map<string, WantedEntitlement>();
  const living = new Set<string>();
  for (const terms of subscriptions) {
    if (isLive(statusAt(now, terms))) living.add(terms.product);
    for (const { moduleKey, limits } of entitlementsOf(terms.plan, meters)) {
      const source = terms.trial ? 'trial' : 'subscription';
      const { validFrom } = terms;
      wanted.set(moduleKey, {
        moduleKey,
        limits,
        validFrom,
        validUntil: endOf(terms),
        source,
        subscriptionId: terms.id,
      });
    }
  }
  for (const grant of grants) {
    const { moduleKey, validFrom, validUntil } = grant;
    const product = moduleKey.slice(0, moduleKey.indexOf('.'));
    if (grant.layer === 'addon' && !living.has(product)) continue;
    const held = wanted.get(moduleKey);
    const stronger =
      !held ||
      (held.source !== 'manual' && !living.has(product)) ||
      (until(validUntil) > until(held.validUntil) && validFrom <= now);
    if (!stronger) continue;
    // A meter of a module that no plan gives starts from nothing; the grant's own limits lie above it.
    const limits = Object.fromEntries(meters.filter(({ module }) => module === moduleKey).map(({ key }) => [key, 0]));
    wanted.set(moduleKey, {
      moduleKey,
      limits: held?.limits ?? limits,
      validFrom,
      validUntil,
      source: 'manual',
      subscriptionId: null,
    });
  }
  return [...wanted.values()];
}

export interface HeldEntitlement {
  readonly id: string;
  readonly module_key: string;
  readonly subscription_id: string | null;
  readonly source: EntitlementSource;
  readonly valid_from: Date;
  readonly valid_until: Date | null;
  readonly plan_limits: Limits;
}

/** What has to begin, change and end so that a tenant holds what it should. */
export function entitlementChanges(
  held: readonly HeldEntitlement[],
  wanted: readonly WantedEntitlement[],
): { begin: WantedEntitlement[]; change: { id: string; to: WantedEntitlement }[]; end: string[] } {
  const byModule = new Map(held.map((entitlement) => [entitlement.module_key, entitlement]));
  const begin: WantedEntitlement[] = [];
  const change: { id: string; to: WantedEntitlement }[] = [];
  for (const to of wanted) {
    const has = byModule.get(to.moduleKey);
    if (!has) begin.push(to);
    else if (!same(has, to)) change.push({ id: has.id, to });
  }
  const modules = new Set(wanted.map(({ moduleKey }) => moduleKey));
  return { begin, change, end: held.filter((has) => !modules.has(has.module_key)).map(({ id }) => id) };
}

function same(held: HeldEntitlement, wanted: WantedEntitlement): boolean {
  const meters = Object.keys(wanted.limits);
  return (
    held.subscription_id === wanted.subscriptionId &&
    held.source === wanted.source &&
    held.valid_from.getTime() === wanted.validFrom.getTime() &&
    held.valid_until?.getTime() === wanted.validUntil?.getTime() &&
    meters.length === Object.keys(held.plan_limits).length &&
    meters.every((meter) => held.plan_limits[meter] === wanted.limits[meter])
  );
}
