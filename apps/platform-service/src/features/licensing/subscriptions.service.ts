import { FORBIDDEN, Refusal, SYSTEM_TENANT_ID } from '@kit/contracts';
import { originIn, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type ChangeSubscription,
  type EntitlementSource,
  entitlementState,
  type MeterDefinition,
  PLAN_UNKNOWN,
  type PutSubscription,
  SUBSCRIPTION_NOT_LIVE,
  type Subscription,
  type SubscriptionStatus,
  subscriptionResumed,
  subscriptionStarted,
  subscriptionState,
  subscriptionSuspended,
  VALIDITY_INVALID,
} from '@platform/contracts';
import { SEATS } from './counters.js';
import { entitlementChanges, entitlementsOf } from './domain/licence.js';
import { toEntitlementState, toSubscription, toSubscriptionState } from './licensing.mapper.js';
import {
  ACTIVE_ENTITLEMENTS,
  ENTITLEMENTS_BY_ID,
  type EntitlementRow,
  INSERT_ENTITLEMENT,
  INSERT_LIMITS,
  INSERT_SUBSCRIPTION,
  LIVE_SUBSCRIPTION,
  LOCK_TENANT,
  METERS_OF_PRODUCT,
  PLAN_BY_KEY,
  type PlanRow,
  REVOKE_ENTITLEMENTS,
  REVOKE_LIMITS,
  SUBSCRIPTIONS_BY_ID,
  type SubscriptionRow,
  TENANT_EXISTS,
  UPDATE_ENTITLEMENT,
  UPDATE_SUBSCRIPTION,
} from './licensing.sql.js';

type Columns<Row> = Row & Record<string, unknown>;
type Terms = Omit<PutSubscription, 'id'>;

const ALL = 10_000;

@Injectable()
export class SubscriptionsService {
  constructor(private readonly work: UnitOfWork) {}

  put(ctx: RequestContext, { id, ...terms }: PutSubscription): Promise<Subscription> {
    return this.inTenant(ctx, id, (tx) => this.subscribe(tx, terms));
  }

  suspend(ctx: RequestContext, request: ChangeSubscription): Promise<Subscription> {
    return this.inTenant(ctx, request.id, (tx) =>
      this.turn(tx, request, ['trialing', 'active', 'past_due'], 'suspended', subscriptionSuspended),
    );
  }

  resume(ctx: RequestContext, request: ChangeSubscription): Promise<Subscription> {
    return this.inTenant(ctx, request.id, (tx) => this.turn(tx, request, ['suspended'], 'active', subscriptionResumed));
  }

  /** Subscribes the tenant of `tx` to a plan, or moves it to another one, and gives it what the plan includes. */
  async subscribe(tx: Tx, terms: Terms): Promise<Subscription> {
    const [plan] = await tx.query<Columns<PlanRow>>(PLAN_BY_KEY, [
      terms.product,
      terms.planKey,
      terms.planVersion ?? null,
    ]);
    if (!plan) throw new Refusal(PLAN_UNKNOWN);
    const { meters } = await tx.one<{ meters: MeterDefinition[] }>(METERS_OF_PRODUCT, [terms.product]);
    await tx.one(LOCK_TENANT, [tx.tenantId]);
    const [live] = await tx.query<Columns<SubscriptionRow>>(LIVE_SUBSCRIPTION, [tx.tenantId, terms.product]);
    const validity = validityOf(terms, live, tx.now);
    // A stop stays a stop: who wants the licence to hold again says so.
    const status: SubscriptionStatus = live?.status === 'suspended' ? 'suspended' : terms.trial ? 'trialing' : 'active';
    const values = [plan.id, status, validity.from, validity.until, validity.grace, tx.now, tx.actorId];
    const { id } = live
      ? await tx.one<{ id: string }>(UPDATE_SUBSCRIPTION, [tx.tenantId, live.id, ...values])
      : await tx.one<{ id: string }>(INSERT_SUBSCRIPTION, [tx.tenantId, terms.product, ...values]);
    await this.entitle(tx, id, plan, meters, validity, terms.trial ? 'trial' : 'subscription');
    const row = await tx.one<Columns<SubscriptionRow>>(SUBSCRIPTIONS_BY_ID, [tx.tenantId, [id]]);
    this.publish(tx, row, subscriptionStarted);
    tx.audit({
      action: 'platform.subscription.put',
      entity: { type: 'subscription', id },
      changes: { product: row.product, planKey: row.plan_key, planVersion: row.plan_version, status: row.status },
    });
    return toSubscription(row);
  }

  private async turn(
    tx: Tx,
    { product, reason }: ChangeSubscription,
    from: SubscriptionStatus[],
    to: SubscriptionStatus,
    fact: typeof subscriptionSuspended,
  ): Promise<Subscription> {
    await tx.one(LOCK_TENANT, [tx.tenantId]);
    const live = await tx.one<Columns<SubscriptionRow>>(LIVE_SUBSCRIPTION, [tx.tenantId, product]);
    if (!from.includes(live.status)) throw new Refusal(SUBSCRIPTION_NOT_LIVE, { details: { status: live.status } });
    const { plan_id, valid_from, valid_until, grace_until } = live;
    const terms = [plan_id, to, valid_from, valid_until, grace_until];
    await tx.query(UPDATE_SUBSCRIPTION, [tx.tenantId, live.id, ...terms, tx.now, tx.actorId]);
    const row = await tx.one<Columns<SubscriptionRow>>(SUBSCRIPTIONS_BY_ID, [tx.tenantId, [live.id]]);
    this.publish(tx, row, fact);
    tx.audit({
      action: `platform.subscription.${to === 'suspended' ? 'suspend' : 'resume'}`,
      entity: { type: 'subscription', id: row.id },
      reason,
      changes: { status: { from: live.status, to } },
    });
    return toSubscription(row);
  }

  private async entitle(
    tx: Tx,
    subscriptionId: string,
    plan: PlanRow,
    meters: MeterDefinition[],
    validity: Validity,
    source: EntitlementSource,
  ): Promise<void> {
    const current = await tx.query<Columns<EntitlementRow>>(ACTIVE_ENTITLEMENTS, [tx.tenantId, null, ALL]);
    const until = validity.grace ?? validity.until;
    const wanted = entitlementsOf(plan.definition, meters).map((entitlement) => ({
      ...entitlement,
      validFrom: validity.from,
      validUntil: until,
      source,
      subscriptionId,
    }));
    const { begin, change, end } = entitlementChanges(current, wanted, subscriptionId);
    const by = [tx.now, tx.actorId];
    await tx.query(REVOKE_LIMITS, [tx.tenantId, [...end, ...change.map(({ id }) => id)], ...by]);
    await tx.query(REVOKE_ENTITLEMENTS, [tx.tenantId, end, ...by]);
    const touched = [...end];
    for (const { id, to } of change) {
      const values = [subscriptionId, to.source, to.validFrom, to.validUntil];
      await tx.query(UPDATE_ENTITLEMENT, [tx.tenantId, id, ...values, ...by]);
      await this.limit(tx, id, to.limits, meters);
      touched.push(id);
    }
    for (const to of begin) {
      const values = [to.moduleKey, subscriptionId, to.source, to.validFrom, to.validUntil];
      const { id } = await tx.one<{ id: string }>(INSERT_ENTITLEMENT, [tx.tenantId, ...values, ...by]);
      await this.limit(tx, id, to.limits, meters);
      touched.push(id);
    }
    const rows = await tx.query<Columns<EntitlementRow>>(ENTITLEMENTS_BY_ID, [tx.tenantId, touched]);
    for (const row of rows)
      tx.state(entitlementState, { id: row.id, version: row.version, data: toEntitlementState(row) });
  }

  private async limit(tx: Tx, entitlementId: string, limits: Record<string, number | null>, meters: MeterDefinition[]) {
    const keys = Object.keys(limits);
    if (keys.length === 0) return;
    const definitions = keys.map((key) => meters.find((meter) => meter.key === key));
    const counters = definitions.map((meter) => (meter?.seats ? SEATS : meter?.key));
    const periods = definitions.map((meter) => meter?.period);
    const amounts = keys.map((key) => limits[key]);
    await tx.query(INSERT_LIMITS, [tx.tenantId, entitlementId, tx.now, tx.actorId, keys, counters, periods, amounts]);
  }

  private publish(tx: Tx, row: SubscriptionRow, fact: typeof subscriptionStarted): void {
    tx.state(subscriptionState, { id: row.id, version: row.version, data: toSubscriptionState(row) });
    tx.emit(fact, {
      id: row.id,
      version: row.version,
      data: { product: row.product, planKey: row.plan_key, planVersion: row.plan_version, status: row.status },
    });
  }

  /** A step of the system's administrator in one tenant. Within a tenant nobody may change its own licence. */
  private inTenant<T>(ctx: RequestContext, tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.work.run(ctx, async (tx) => {
      if (tx.tenantId !== SYSTEM_TENANT_ID) throw new Refusal(FORBIDDEN);
      return tx.within(originIn(tenantId, ctx), async (found) => {
        // The id as it is kept: a request may write it in capitals, a subject of NATS may not.
        const tenant = await found.one<{ id: string; service_user_id: string }>(TENANT_EXISTS, [tenantId]);
        return found.within(originIn(tenant.id, ctx, tenant.service_user_id), work);
      });
    });
  }
}

interface Validity {
  from: Date;
  until: Date | null;
  grace: Date | null;
}

function validityOf(terms: Terms, live: SubscriptionRow | undefined, now: Date): Validity {
  const from = terms.validFrom === undefined ? (live?.valid_from ?? now) : new Date(terms.validFrom);
  const until = terms.validUntil ? new Date(terms.validUntil) : null;
  const grace = terms.graceUntil ? new Date(terms.graceUntil) : null;
  if (until !== null && until <= from) throw new Refusal(VALIDITY_INVALID);
  if (grace !== null && (until === null || grace < until)) throw new Refusal(VALIDITY_INVALID);
  return { from, until, grace };
}
