import { NOT_FOUND, type PageQuery, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type EntitlementPage,
  type GetPlan,
  type GetSubscription,
  type ListPlans,
  type ListUsagePeriods,
  type Plan,
  type PlanPage,
  PRODUCT_REQUIRED,
  type Subscription,
  type Usage,
  type UsagePage,
  type UsagePeriodPage,
} from '@platform/contracts';
import { SEATS } from './counters.js';
import { periodAt } from './domain/period.js';
import { THRESHOLDS } from './domain/thresholds.js';
import { limitsOf } from './entitle.js';
import { amountOf, instant, toEntitlement, toPlan, toSubscription } from './licensing.mapper.js';
import {
  ACTIVE_ENTITLEMENTS,
  CURRENT_SUBSCRIPTIONS,
  type EntitlementRow,
  LIST_PLANS,
  PLAN_BY_ID,
  type PlanRow,
  type SubscriptionRow,
} from './licensing.sql.js';
import { layersOf, originsOf } from './origins.js';
import { readSettled } from './settle.js';
import { COUNTER_HISTORY, COUNTERS, LIST_LIMITS, type LimitRow, TENANT_TIMEZONE, type UsedRow } from './usage.sql.js';

type Columns<Row> = Row & Record<string, unknown>;

@Injectable()
export class LicensingQueries {
  constructor(private readonly work: UnitOfWork) {}

  plans(ctx: RequestContext, query: ListPlans): Promise<PlanPage> {
    const { keys, fetch } = pageStart(query, ['text', 'text', 'integer']);
    return this.work.run(ctx, async (tx) => {
      const values = [query.product ?? null, ...(keys ?? [null, null, null]), fetch, query.status ?? 'active'];
      const rows = await tx.query<Columns<PlanRow>>(LIST_PLANS, values);
      return pageOfRows(query, rows, ({ product, key, plan_version }) => [product, key, plan_version], toPlan);
    });
  }

  plan(ctx: RequestContext, { id }: GetPlan): Promise<Plan> {
    return this.work.run(ctx, async (tx) => toPlan(await tx.one<Columns<PlanRow>>(PLAN_BY_ID, [id])));
  }

  subscription(ctx: RequestContext, query: GetSubscription): Promise<Subscription> {
    return readSettled(this.work, ctx, async (tx) => {
      const values = [tx.tenantId, query.product ?? null];
      const [row, another] = await tx.query<Columns<SubscriptionRow>>(CURRENT_SUBSCRIPTIONS, values);
      if (!row) throw new Refusal(NOT_FOUND);
      if (another) throw new Refusal(PRODUCT_REQUIRED);
      return toSubscription(row, tx.now);
    });
  }

  entitlements(ctx: RequestContext, query: PageQuery): Promise<EntitlementPage> {
    const { keys, fetch } = pageStart(query, ['text']);
    return readSettled(this.work, ctx, async (tx) => {
      const values = [tx.tenantId, keys?.[0] ?? null, fetch, tx.now];
      const rows = await tx.query<Columns<EntitlementRow>>(ACTIVE_ENTITLEMENTS, values);
      const origins = await originsOf(tx);
      const layers = await layersOf(tx);
      return pageOfRows(
        query,
        rows,
        ({ module_key }) => [module_key],
        (row) => toEntitlement(row, origins.get(row.module_key) ?? [], layers.get(row.module_key) ?? []),
      );
    });
  }

  usage(ctx: RequestContext, query: PageQuery): Promise<UsagePage> {
    const { keys, fetch } = pageStart(query, ['text']);
    return readSettled(this.work, ctx, async (tx) => {
      const { timezone } = await tx.one<{ timezone: string }>(TENANT_TIMEZONE, [tx.tenantId]);
      const limits = await tx.query<LimitRow>(LIST_LIMITS, [tx.tenantId, keys?.[0] ?? null, fetch, tx.now]);
      const periods = limits.map(({ period }) => periodAt(period, tx.now, timezone).key);
      const counters = limits.map(({ counter }) => counter);
      const rows = await tx.query<UsedRow>(COUNTERS, [tx.tenantId, counters, periods, tx.now]);
      const used = new Map(rows.map((row) => [row.meter, row]));
      return pageOfRows(
        query,
        limits,
        ({ meter }) => [meter],
        (row) => toUsage(row, used.get(row.counter), periodAt(row.period, tx.now, timezone)),
      );
    });
  }

  usagePeriods(ctx: RequestContext, query: ListUsagePeriods): Promise<UsagePeriodPage> {
    const { keys, fetch } = pageStart(query, ['text']);
    return this.work.run(ctx, async (tx) => {
      const counter = (await limitsOf(tx)).get(query.meter)?.counter ?? query.meter;
      const values = [tx.tenantId, counter === SEATS ? SEATS : query.meter, keys?.[0] ?? null, fetch];
      const rows = await tx.query<{ period_key: string; used: string; threshold_reached: number }>(
        COUNTER_HISTORY,
        values,
      );
      return pageOfRows(
        query,
        rows,
        ({ period_key }) => [period_key],
        ({ period_key: period, used, threshold_reached: threshold }) => ({ period, used: Number(used), threshold }),
      );
    });
  }
}

function toUsage(row: LimitRow, counter: UsedRow | undefined, period: { key: string; endsAt: Date | null }): Usage {
  const limit = amountOf(row.amount);
  const allowed = amountOf(row.allowed);
  const used = Number(counter?.used ?? 0);
  return {
    meter: row.meter,
    module: row.module_key,
    period: row.period,
    periodKey: period.key,
    limit,
    used,
    reserved: Number(counter?.reserved ?? 0),
    remaining: allowed === null ? null : Math.max(0, allowed - used),
    resetsAt: instant(period.endsAt),
    overLimit: limit !== null && used > limit,
    graceUntil: instant(row.grace_until),
    thresholds: THRESHOLDS.map((threshold) => ({ threshold, reached: (counter?.threshold_reached ?? 0) >= threshold })),
  };
}
