import type { Tx } from '@kit/service';
import { entitlementState, type Limits, type MeterDefinition } from '@platform/contracts';
import { ACTIVE_GRANTS, type GrantRow, INSERT_GRACE, NEXT_DELTA, REVOKE_DELTA } from './deltas.sql.js';
import { entitlementChanges, entitlementsAt, type WantedEntitlement } from './domain/licence.js';
import { periodAt } from './domain/period.js';
import { earliest, nextInstant } from './domain/subscription.js';
import { amountOf, termsOf, toEntitlementState } from './licensing.mapper.js';
import {
  ACTIVE_ENTITLEMENTS,
  CATALOGS,
  type CatalogRow,
  CURRENT_SUBSCRIPTIONS,
  ENTITLEMENTS_AT,
  type EntitlementRow,
  INSERT_ENTITLEMENT,
  INSERT_LIMITS,
  REVOKE_ENTITLEMENTS,
  REVOKE_LIMITS,
  SET_DUE,
  type SubscriptionRow,
  TOUCH_ENTITLEMENTS,
  UPDATE_ENTITLEMENT,
} from './licensing.sql.js';
import { LIST_LIMITS, type LimitRow } from './usage.sql.js';
import { counterOf, usedOf } from './used.js';

type Columns<Row> = Row & Record<string, unknown>;

const ALL = 10_000;
const DAY_MS = 86_400_000;

/**
 * Brings what a tenant holds into line with its subscriptions and what was given beside them, and tells the products.
 * Under the lock of the tenant.
 *
 * @param meters whose limit changed though no plan did
 */
export async function entitle(tx: Tx, meters: readonly string[] = []): Promise<void> {
  const before = await limitsOf(tx);
  const subscriptions = await tx.query<Columns<SubscriptionRow>>(CURRENT_SUBSCRIPTIONS, [tx.tenantId, null]);
  const grants = await tx.query<GrantRow>(ACTIVE_GRANTS, [tx.tenantId]);
  const known = await metersOf(tx, [
    ...subscriptions.map(({ product }) => product),
    ...grants.map(({ module_key }) => productOf(module_key)),
  ]);
  const wanted = entitlementsAt(
    tx.now,
    subscriptions.map((row) => ({ ...termsOf(row), id: row.id, product: row.product, plan: row.definition })),
    grants.map((row) => ({
      moduleKey: row.module_key,
      layer: row.layer,
      validFrom: row.valid_from,
      validUntil: row.valid_until,
    })),
    known,
  );
  const changed = await write(tx, wanted, known);
  const touched = [tx.tenantId, meters, tx.now, tx.actorId, changed];
  for (const { id } of await tx.query<{ id: string }>(TOUCH_ENTITLEMENTS, touched)) changed.push(id);
  const rows = await tx.query<Columns<EntitlementRow>>(ENTITLEMENTS_AT, [tx.tenantId, changed, tx.now]);
  for (const row of rows) {
    tx.state(entitlementState, { id: row.id, version: row.version, data: toEntitlementState(row) });
  }
  await grace(tx, before, subscriptions);
  await setDue(tx, subscriptions);
}

/** Notes when the clock will next change something, so that nobody has to look before. */
async function setDue(tx: Tx, subscriptions: readonly SubscriptionRow[]): Promise<void> {
  const { at } = await tx.one<{ at: Date | null }>(NEXT_DELTA, [tx.tenantId, tx.now]);
  const instants = [at, ...subscriptions.map((row) => nextInstant(tx.now, termsOf(row)))];
  await tx.query(SET_DUE, [tx.tenantId, earliest(instants.filter((instant) => instant !== null))]);
}

export const productOf = (key: string): string => key.slice(0, key.indexOf('.'));

export async function metersOf(tx: Tx, products: readonly string[]): Promise<MeterDefinition[]> {
  const rows = await tx.query<CatalogRow>(CATALOGS, [[...new Set(products)]]);
  return rows.flatMap((row) => row.meters);
}

export async function limitsOf(tx: Tx): Promise<Map<string, LimitRow>> {
  const rows = await tx.query<LimitRow>(LIST_LIMITS, [tx.tenantId, null, ALL, tx.now]);
  return new Map(rows.map((row) => [row.meter, row]));
}

async function write(tx: Tx, wanted: WantedEntitlement[], meters: MeterDefinition[]): Promise<string[]> {
  const held = await tx.query<Columns<EntitlementRow>>(ACTIVE_ENTITLEMENTS, [tx.tenantId, null, ALL, tx.now]);
  const { begin, change, end } = entitlementChanges(held, wanted);
  const by = [tx.now, tx.actorId];
  const touched = [...end];
  await tx.query(REVOKE_LIMITS, [tx.tenantId, [...end, ...change.map(({ id }) => id)], ...by]);
  await tx.query(REVOKE_ENTITLEMENTS, [tx.tenantId, end, ...by]);
  for (const { id, to } of change) {
    const values = [to.subscriptionId, to.source, to.validFrom, to.validUntil];
    await tx.query(UPDATE_ENTITLEMENT, [tx.tenantId, id, ...values, ...by]);
    await limit(tx, id, to.limits, meters);
    touched.push(id);
  }
  for (const to of begin) {
    const values = [to.moduleKey, to.subscriptionId, to.source, to.validFrom, to.validUntil];
    const { id } = await tx.one<{ id: string }>(INSERT_ENTITLEMENT, [tx.tenantId, ...values, ...by]);
    await limit(tx, id, to.limits, meters);
    touched.push(id);
  }
  return touched;
}

async function limit(tx: Tx, entitlementId: string, limits: Limits, meters: MeterDefinition[]): Promise<void> {
  const definitions = meters.filter(({ key }) => limits[key] !== undefined);
  if (definitions.length === 0) return;
  const columns = [
    definitions.map(({ key }) => key),
    definitions.map(counterOf),
    definitions.map(({ period }) => period),
    definitions.map(({ key }) => limits[key]),
  ];
  await tx.query(INSERT_LIMITS, [tx.tenantId, entitlementId, tx.now, tx.actorId, ...columns]);
}

/** A limit that fell below what is used: the former one holds on for the grace of the plan, in its period. */
async function grace(tx: Tx, before: Map<string, LimitRow>, subscriptions: SubscriptionRow[]): Promise<void> {
  const timezone = subscriptions[0]?.timezone;
  if (timezone === undefined) return;
  const after = await limitsOf(tx);
  const meters = [...after.values()].map(({ meter, counter, period }) => ({ key: meter, counter, period }));
  const used = await usedOf(tx, meters, timezone);
  for (const row of after.values()) {
    const amount = amountOf(row.amount);
    const over = amount !== null && (used.get(row.meter) ?? 0) > amount;
    if (!over && row.grace_until !== null) {
      await tx.query(REVOKE_DELTA, [tx.tenantId, row.meter, 'grace', tx.now, tx.actorId]);
    }
    const former = before.get(row.meter);
    if (!over || !former || (former.amount !== null && Number(former.amount) <= amount)) continue;
    const subscription = subscriptions.find(({ product }) => product === productOf(row.meter));
    const days = subscription?.definition.graceDays ?? 0;
    if (days === 0) continue;
    const { endsAt } = periodAt(row.period, tx.now, timezone);
    const until = earliest([new Date(tx.now.getTime() + days * DAY_MS), ...(endsAt ? [endsAt] : [])]);
    await tx.query(INSERT_GRACE, [tx.tenantId, row.meter, former.allowed, tx.now, until, tx.actorId]);
  }
}
