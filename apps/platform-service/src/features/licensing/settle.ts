import { jobOrigin, type RequestContext, type Tx, type UnitOfWork } from '@kit/service';
import {
  type SubscriptionStatus,
  subscriptionCancelled,
  subscriptionExpired,
  subscriptionPastDue,
  subscriptionResumed,
  subscriptionStarted,
  subscriptionState,
} from '@platform/contracts';
import { EXPIRE_DELTAS } from './deltas.sql.js';
import { endOf, isLive, statusAt } from './domain/subscription.js';
import { entitle } from './entitle.js';
import { termsOf, toSubscriptionState } from './licensing.mapper.js';
import {
  CURRENT_SUBSCRIPTIONS,
  IS_DUE,
  LOCK_TENANT,
  SET_PLAN,
  SET_STATUS,
  SUBSCRIPTIONS_BY_ID,
  type SubscriptionRow,
} from './licensing.sql.js';
import { EXPIRE_RESERVATIONS } from './usage.sql.js';

type Columns<Row> = Row & Record<string, unknown>;

/** Writes down what the clock has changed since somebody last looked: statuses, scheduled changes, ended grants. */
export async function settle(tx: Tx): Promise<void> {
  await tx.one(LOCK_TENANT, [tx.tenantId]);
  await settleSubscriptions(tx);
  const ended = await tx.query<{ meter: string; layer: string }>(EXPIRE_DELTAS, [tx.tenantId, tx.now, tx.actorId]);
  for (const { meter, layer } of ended) {
    tx.audit({ action: 'platform.entitlement.expire', entity: { type: 'limit', id: meter }, changes: { layer } });
  }
  await tx.query(EXPIRE_RESERVATIONS, [tx.tenantId, null, tx.now, tx.actorId]);
  await entitle(
    tx,
    ended.map(({ meter }) => meter),
  );
}

/** Under the lock of the tenant. */
export async function settleSubscriptions(tx: Tx): Promise<void> {
  const rows = await tx.query<Columns<SubscriptionRow>>(CURRENT_SUBSCRIPTIONS, [tx.tenantId, null]);
  for (const found of rows) {
    if (!isLive(found.status)) continue;
    let row: SubscriptionRow = found;
    const end = endOf(termsOf(row));
    const { scheduled_change: change, scheduled_at: at, scheduled_plan_id: planId } = row;
    if (change === 'plan' && at !== null && at <= tx.now && (end === null || at <= end)) {
      await tx.query(SET_PLAN, [tx.tenantId, row.id, planId, tx.now, tx.actorId]);
      row = await publish(tx, row.id, subscriptionStarted);
      tx.audit({
        action: 'platform.subscription.change',
        entity: { type: 'subscription', id: row.id },
        changes: { planKey: row.plan_key, planVersion: row.plan_version, scheduled: true },
      });
    }
    const status = statusAt(tx.now, termsOf(row));
    if (status !== row.status) await become(tx, row, status);
  }
}

const FACTS = {
  trialing: subscriptionResumed,
  active: subscriptionResumed,
  past_due: subscriptionPastDue,
  suspended: subscriptionPastDue,
  cancelled: subscriptionCancelled,
  expired: subscriptionExpired,
} as const;

/** The clock's own transitions. */
async function become(tx: Tx, row: SubscriptionRow, status: SubscriptionStatus): Promise<void> {
  await tx.query(SET_STATUS, [tx.tenantId, row.id, status, tx.now, tx.actorId, !isLive(status)]);
  await publish(tx, row.id, FACTS[status]);
  tx.audit({
    action: 'platform.subscription.settle',
    entity: { type: 'subscription', id: row.id },
    changes: { status: { from: row.status, to: status } },
  });
}

/** Tells the products the state of a subscription, and everybody the fact. */
export async function publish(tx: Tx, id: string, fact: typeof subscriptionStarted): Promise<SubscriptionRow> {
  const row = await tx.one<Columns<SubscriptionRow>>(SUBSCRIPTIONS_BY_ID, [tx.tenantId, [id]]);
  tx.state(subscriptionState, { id: row.id, version: row.version, data: toSubscriptionState(row) });
  tx.emit(fact, {
    id: row.id,
    version: row.version,
    data: { product: row.product, planKey: row.plan_key, planVersion: row.plan_version, status: row.status },
  });
  return row;
}

/** A read that is right though no job has run: what is due is written down first. */
export async function readSettled<T>(work: UnitOfWork, ctx: RequestContext, read: (tx: Tx) => Promise<T>): Promise<T> {
  let due: { tenantId: string; serviceUserId: string } | null = null;
  const first = await work.run(ctx, async (tx) => {
    const row = await tx.one<{ due: boolean; service_user_id: string }>(IS_DUE, [tx.tenantId, tx.now]);
    due = row.due ? { tenantId: tx.tenantId, serviceUserId: row.service_user_id } : null;
    return row.due ? null : { answer: await read(tx) };
  });
  if (first) return first.answer;
  const { tenantId, serviceUserId } = due as unknown as { tenantId: string; serviceUserId: string };
  await work.runAs(jobOrigin(tenantId, 'settle-licence', serviceUserId, ctx.now), settle);
  return work.run(ctx, read);
}
