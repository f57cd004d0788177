import { Refusal } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type CancelSubscription,
  type ChangeSubscription,
  NOTHING_SCHEDULED,
  type OfSubscription,
  PLAN_UNKNOWN,
  type PutSubscription,
  SUBSCRIPTION_NOT_LIVE,
  type Subscription,
  type SubscriptionStatus,
  subscriptionCancelled,
  subscriptionChangeScheduled,
  subscriptionResumed,
  subscriptionStarted,
  subscriptionSuspended,
  VALIDITY_INVALID,
} from '@platform/contracts';
import { mayBecome, statusAt } from './domain/subscription.js';
import { entitle } from './entitle.js';
import { inTenant } from './in-tenant.js';
import { periodEnd, termsOf, toSubscription } from './licensing.mapper.js';
import {
  INSERT_SUBSCRIPTION,
  LIVE_SUBSCRIPTION,
  LOCK_TENANT,
  PLAN_BY_KEY,
  type PlanRow,
  SCHEDULE,
  SET_STATUS,
  type SubscriptionRow,
  UPDATE_SUBSCRIPTION,
} from './licensing.sql.js';
import { publish, settleSubscriptions } from './settle.js';

type Columns<Row> = Row & Record<string, unknown>;
type Terms = Omit<PutSubscription, 'id'>;

const DAY_MS = 86_400_000;

@Injectable()
export class SubscriptionsService {
  constructor(private readonly work: UnitOfWork) {}

  put(ctx: RequestContext, { id, ...terms }: PutSubscription): Promise<Subscription> {
    return inTenant(this.work, ctx, id, (tx) => this.subscribe(tx, terms));
  }

  suspend(ctx: RequestContext, request: ChangeSubscription): Promise<Subscription> {
    return inTenant(this.work, ctx, request.id, async (tx) => {
      const live = await liveOf(tx, request.product);
      if (live.status === 'suspended') throw new Refusal(SUBSCRIPTION_NOT_LIVE, { details: { status: live.status } });
      return this.turn(tx, live, 'suspended', 'suspend', subscriptionSuspended, request.reason);
    });
  }

  resume(ctx: RequestContext, request: ChangeSubscription): Promise<Subscription> {
    return inTenant(this.work, ctx, request.id, async (tx) => {
      const live = await liveOf(tx, request.product);
      if (live.status !== 'suspended') throw new Refusal(SUBSCRIPTION_NOT_LIVE, { details: { status: live.status } });
      // As the clock has it meanwhile: a trial goes on as a trial, what ended while it was stopped has ended.
      const status = statusAt(tx.now, { ...termsOf(live), status: 'active' });
      return this.turn(tx, live, status, 'resume', subscriptionResumed, request.reason);
    });
  }

  cancel(ctx: RequestContext, request: CancelSubscription): Promise<Subscription> {
    const { id, product, reason, when = 'period_end' } = request;
    return inTenant(this.work, ctx, id, async (tx) => {
      const live = await liveOf(tx, product);
      if (when === 'now') return this.turn(tx, live, 'cancelled', 'cancel', subscriptionCancelled, reason);
      const at = periodEnd(live, tx.now);
      const values = ['cancel', at, null, tx.now, tx.actorId];
      await tx.query(SCHEDULE, [tx.tenantId, live.id, ...values]);
      tx.audit({
        action: 'platform.subscription.cancel',
        entity: { type: 'subscription', id: live.id },
        reason,
        changes: { at: at.toISOString() },
      });
      return this.rescheduled(tx, live.id);
    });
  }

  unschedule(ctx: RequestContext, { id, product }: OfSubscription): Promise<Subscription> {
    return inTenant(this.work, ctx, id, async (tx) => {
      const live = await liveOf(tx, product);
      if (live.scheduled_change === null) throw new Refusal(NOTHING_SCHEDULED);
      await tx.query(SCHEDULE, [tx.tenantId, live.id, null, null, null, tx.now, tx.actorId]);
      tx.audit({
        action: 'platform.subscription.unschedule',
        entity: { type: 'subscription', id: live.id },
        changes: { was: live.scheduled_change },
      });
      return this.rescheduled(tx, live.id);
    });
  }

  /** Subscribes the tenant of `tx` to a plan, or moves it to another one, and gives it what the plan includes. */
  async subscribe(tx: Tx, terms: Terms): Promise<Subscription> {
    const values = [terms.product, terms.planKey, terms.planVersion ?? null];
    const [plan] = await tx.query<Columns<PlanRow>>(PLAN_BY_KEY, values);
    if (!plan) throw new Refusal(PLAN_UNKNOWN);
    await tx.one(LOCK_TENANT, [tx.tenantId]);
    await settleSubscriptions(tx);
    const [live] = await tx.query<Columns<SubscriptionRow>>(LIVE_SUBSCRIPTION, [tx.tenantId, terms.product]);
    const { from, until, grace } = validityOf(terms, live, tx.now);
    const trial = (terms.trial ?? false) || terms.trialDays !== undefined;
    const agreed = { trial, validFrom: from, validUntil: until, graceUntil: grace, scheduled: null };
    // A stop stays a stop: who wants the licence to hold again says so.
    const status = live?.status === 'suspended' ? 'suspended' : statusAt(tx.now, { ...agreed, status: 'active' });
    if (live && !mayBecome(live.status, status)) {
      throw new Refusal(SUBSCRIPTION_NOT_LIVE, { details: { status: live.status } });
    }
    const period = terms.billingPeriod ?? live?.billing_period ?? 'month';
    const columns = [plan.id, status, from, until, grace, trial, period, tx.now, tx.actorId];
    const { id } = live
      ? await tx.one<{ id: string }>(UPDATE_SUBSCRIPTION, [tx.tenantId, live.id, ...columns])
      : await tx.one<{ id: string }>(INSERT_SUBSCRIPTION, [tx.tenantId, terms.product, ...columns]);
    const row = await publish(tx, id, subscriptionStarted);
    await entitle(tx);
    tx.audit({
      action: 'platform.subscription.put',
      entity: { type: 'subscription', id },
      changes: { product: row.product, planKey: row.plan_key, planVersion: row.plan_version, status: row.status },
    });
    return toSubscription(row, tx.now);
  }

  private async turn(
    tx: Tx,
    live: SubscriptionRow,
    to: SubscriptionStatus,
    verb: string,
    fact: typeof subscriptionSuspended,
    reason: string,
  ): Promise<Subscription> {
    if (!mayBecome(live.status, to)) throw new Refusal(SUBSCRIPTION_NOT_LIVE, { details: { status: live.status } });
    await tx.query(SET_STATUS, [tx.tenantId, live.id, to, tx.now, tx.actorId, to === 'cancelled']);
    const row = await publish(tx, live.id, fact);
    await entitle(tx);
    tx.audit({
      action: `platform.subscription.${verb}`,
      entity: { type: 'subscription', id: row.id },
      reason,
      changes: { status: { from: live.status, to } },
    });
    return toSubscription(row, tx.now);
  }

  private async rescheduled(tx: Tx, id: string): Promise<Subscription> {
    const row = await publish(tx, id, subscriptionChangeScheduled);
    await entitle(tx);
    return toSubscription(row, tx.now);
  }
}

/** @throws Refusal NOT_FOUND when the tenant has none that lives */
export const liveOf = (tx: Tx, product: string): Promise<SubscriptionRow> =>
  tx.one<Columns<SubscriptionRow>>(LIVE_SUBSCRIPTION, [tx.tenantId, product]);

function validityOf(terms: Terms, live: SubscriptionRow | undefined, now: Date) {
  const from = terms.validFrom === undefined ? (live?.valid_from ?? now) : new Date(terms.validFrom);
  const trialEnd = terms.trialDays === undefined ? null : new Date(now.getTime() + terms.trialDays * DAY_MS);
  const until = terms.validUntil ? new Date(terms.validUntil) : trialEnd;
  const grace = terms.graceUntil ? new Date(terms.graceUntil) : null;
  if (until !== null && until <= from) throw new Refusal(VALIDITY_INVALID);
  if (grace !== null && (until === null || grace < until)) throw new Refusal(VALIDITY_INVALID);
  return { from, until, grace };
}
