import { Refusal } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type ChangePlan,
  type ChangeTime,
  PLAN_UNCHANGED,
  PLAN_UNKNOWN,
  type PlanChange,
  subscriptionChangeScheduled,
  subscriptionStarted,
} from '@platform/contracts';
import { type LimitStep, planSteps } from './domain/plan-change.js';
import { entitle, limitsOf, metersOf } from './entitle.js';
import { inTenant } from './in-tenant.js';
import { amountOf, periodEnd, toSubscription } from './licensing.mapper.js';
import { PLAN_BY_KEY, type PlanRow, SCHEDULE, SET_PLAN, type SubscriptionRow } from './licensing.sql.js';
import { publish } from './settle.js';
import { liveOf } from './subscriptions.service.js';
import { counterOf, usedOf } from './used.js';

type Columns<Row> = Row & Record<string, unknown>;

@Injectable()
export class PlanChangesService {
  constructor(private readonly work: UnitOfWork) {}

  change(ctx: RequestContext, request: ChangePlan): Promise<PlanChange> {
    const { id, product, planKey, planVersion, dryRun = false } = request;
    return inTenant(this.work, ctx, id, async (tx) => {
      const live = await liveOf(tx, product);
      const [plan] = await tx.query<Columns<PlanRow>>(PLAN_BY_KEY, [product, planKey, planVersion ?? null]);
      if (!plan) throw new Refusal(PLAN_UNKNOWN);
      if (plan.id === live.plan_id) throw new Refusal(PLAN_UNCHANGED);
      const { less, modulesGained, modulesLost, limits } = await stepsTo(tx, live, plan);
      const when: ChangeTime = request.when ?? (less ? 'period_end' : 'now');
      const at = when === 'now' ? tx.now : periodEnd(live, tx.now);
      const row = dryRun ? live : await this.apply(tx, live, plan, when, at);
      return {
        direction: less ? 'downgrade' : 'upgrade',
        when,
        at: at.toISOString(),
        dryRun,
        from: { planKey: live.plan_key, planVersion: live.plan_version },
        to: { planKey: plan.key, planVersion: plan.plan_version },
        modulesGained,
        modulesLost,
        limits: limits.map((step) => ({ ...step, graceUntil: graceOf(step, plan, at) })),
        subscription: toSubscription(row, tx.now),
      };
    });
  }

  private async apply(tx: Tx, live: SubscriptionRow, plan: PlanRow, when: ChangeTime, at: Date) {
    const row = when === 'now' ? await moveTo(tx, live, plan.id) : await this.schedule(tx, live, plan, at);
    tx.audit({
      action: 'platform.subscription.change',
      entity: { type: 'subscription', id: live.id },
      changes: {
        from: { planKey: live.plan_key, planVersion: live.plan_version },
        to: { planKey: plan.key, planVersion: plan.plan_version },
        at: at.toISOString(),
      },
    });
    return row;
  }

  private async schedule(tx: Tx, live: SubscriptionRow, plan: PlanRow, at: Date): Promise<SubscriptionRow> {
    await tx.query(SCHEDULE, [tx.tenantId, live.id, 'plan', at, plan.id, tx.now, tx.actorId]);
    const row = await publish(tx, live.id, subscriptionChangeScheduled);
    await entitle(tx);
    return row;
  }
}

/** The subscription on another plan, from now on. */
export async function moveTo(tx: Tx, live: SubscriptionRow, planId: string): Promise<SubscriptionRow> {
  await tx.query(SET_PLAN, [tx.tenantId, live.id, planId, tx.now, tx.actorId]);
  const row = await publish(tx, live.id, subscriptionStarted);
  await entitle(tx);
  return row;
}

/** What another plan would mean for a tenant, with what it uses now. What is overridden stays as it is. */
export async function stepsTo(tx: Tx, live: SubscriptionRow, plan: PlanRow) {
  const meters = await metersOf(tx, [live.product]);
  const counted = meters.map((meter) => ({ key: meter.key, counter: counterOf(meter), period: meter.period }));
  const used = await usedOf(tx, counted, live.timezone);
  const held = await limitsOf(tx);
  const overrides = new Map(
    [...held.values()].filter(({ layer }) => layer !== null).map(({ meter, amount }) => [meter, amountOf(amount)]),
  );
  return planSteps(live.definition, plan.definition, used, overrides);
}

function graceOf({ overLimit }: LimitStep, plan: PlanRow, at: Date): string | null {
  const days = plan.definition.graceDays ?? 0;
  return overLimit && days > 0 ? new Date(at.getTime() + days * 86_400_000).toISOString() : null;
}
