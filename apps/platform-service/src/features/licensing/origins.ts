import type { Tx } from '@kit/service';
import type { LimitLayer, LimitOrigin } from '@platform/contracts';
import { ACTIVE_DELTAS, ACTIVE_GRANTS, type DeltaRow, type GrantRow } from './deltas.sql.js';
import { isLive, statusAt } from './domain/subscription.js';
import { limitsOf } from './entitle.js';
import { amountOf, instant, termsOf } from './licensing.mapper.js';
import { CURRENT_SUBSCRIPTIONS, type SubscriptionRow } from './licensing.sql.js';

/** Where each limit of a tenant comes from, by module. */
export async function originsOf(tx: Tx): Promise<Map<string, LimitOrigin[]>> {
  const limits = await limitsOf(tx);
  const deltas = await tx.query<DeltaRow>(ACTIVE_DELTAS, [tx.tenantId]);
  const origins = new Map<string, LimitOrigin[]>();
  for (const row of limits.values()) {
    const delta = deltas.find(({ meter, layer }) => meter === row.meter && layer === row.layer);
    const origin: LimitOrigin = {
      meter: row.meter,
      planValue: amountOf(row.plan_amount),
      overridden: row.layer !== null,
      overrideValue: row.layer === null ? null : amountOf(row.amount),
      value: amountOf(row.amount),
      source: row.layer ?? 'plan',
      reason: delta?.reason ?? null,
      expiresAt: instant(delta?.valid_until ?? null),
    };
    origins.set(row.module_key, [...(origins.get(row.module_key) ?? []), origin]);
  }
  return origins;
}

/** Every layer that gives a module now, the lowest first. */
export async function layersOf(tx: Tx): Promise<Map<string, LimitLayer[]>> {
  const layers = new Map<string, LimitLayer[]>();
  const add = (module: string, layer: LimitLayer) => layers.set(module, [...(layers.get(module) ?? []), layer]);
  const subscriptions = await tx.query<SubscriptionRow & Record<string, unknown>>(CURRENT_SUBSCRIPTIONS, [
    tx.tenantId,
    null,
  ]);
  for (const row of subscriptions) {
    if (isLive(statusAt(tx.now, termsOf(row)))) for (const module of row.definition.modules) add(module, 'plan');
  }
  const grants = await tx.query<GrantRow>(ACTIVE_GRANTS, [tx.tenantId]);
  for (const { module_key, layer, valid_from, valid_until } of grants) {
    if (valid_from <= tx.now && (valid_until === null || valid_until > tx.now)) add(module_key, layer);
  }
  return layers;
}
