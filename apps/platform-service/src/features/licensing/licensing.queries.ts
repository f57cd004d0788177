import { NOT_FOUND, type PageQuery, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type EntitlementPage,
  type GetSubscription,
  type ListPlans,
  type PlanPage,
  PRODUCT_REQUIRED,
  type Subscription,
  type UsagePage,
} from '@platform/contracts';
import { periodAt } from './domain/period.js';
import { toEntitlement, toPlan, toSubscription } from './licensing.mapper.js';
import {
  ACTIVE_ENTITLEMENTS,
  CURRENT_SUBSCRIPTIONS,
  type EntitlementRow,
  LIST_PLANS,
  type PlanRow,
  type SubscriptionRow,
} from './licensing.sql.js';
import { COUNTERS, LIST_LIMITS, type LimitRow, TENANT_TIMEZONE, type UsedRow } from './usage.sql.js';

type Columns<Row> = Row & Record<string, unknown>;

@Injectable()
export class LicensingQueries {
  constructor(private readonly work: UnitOfWork) {}

  plans(ctx: RequestContext, query: ListPlans): Promise<PlanPage> {
    const { keys, fetch } = pageStart(query, ['text', 'text', 'integer']);
    return this.work.run(ctx, async (tx) => {
      const after = keys ?? [null, null, null];
      const rows = await tx.query<Columns<PlanRow>>(LIST_PLANS, [query.product ?? null, ...after, fetch]);
      return pageOfRows(query, rows, ({ product, key, plan_version }) => [product, key, plan_version], toPlan);
    });
  }

  subscription(ctx: RequestContext, query: GetSubscription): Promise<Subscription> {
    return this.work.run(ctx, async (tx) => {
      const values = [tx.tenantId, query.product ?? null];
      const [row, another] = await tx.query<Columns<SubscriptionRow>>(CURRENT_SUBSCRIPTIONS, values);
      if (!row) throw new Refusal(NOT_FOUND);
      if (another) throw new Refusal(PRODUCT_REQUIRED);
      return toSubscription(row);
    });
  }

  entitlements(ctx: RequestContext, query: PageQuery): Promise<EntitlementPage> {
    const { keys, fetch } = pageStart(query, ['text']);
    return this.work.run(ctx, async (tx) => {
      const values = [tx.tenantId, keys?.[0] ?? null, fetch];
      const rows = await tx.query<Columns<EntitlementRow>>(ACTIVE_ENTITLEMENTS, values);
      return pageOfRows(query, rows, ({ module_key }) => [module_key], toEntitlement);
    });
  }

  usage(ctx: RequestContext, query: PageQuery): Promise<UsagePage> {
    const { keys, fetch } = pageStart(query, ['text']);
    return this.work.run(ctx, async (tx) => {
      const { timezone } = await tx.one<{ timezone: string }>(TENANT_TIMEZONE, [tx.tenantId]);
      const limits = await tx.query<LimitRow>(LIST_LIMITS, [tx.tenantId, keys?.[0] ?? null, fetch, tx.now]);
      const periods = limits.map(({ period }) => periodAt(period, tx.now, timezone));
      const meters = limits.map(({ counter }) => counter);
      const periodKeys = periods.map(({ key }) => key);
      const counters = await tx.query<UsedRow>(COUNTERS, [tx.tenantId, meters, periodKeys, tx.now]);
      const granted = new Map(counters.map((counter) => [counter.meter, Number(counter.used)]));
      return pageOfRows(
        query,
        limits,
        ({ meter }) => [meter],
        (row) => {
          const { key, endsAt } = periodAt(row.period, tx.now, timezone);
          const used = granted.get(row.counter) ?? 0;
          const limit = row.amount === null ? null : Number(row.amount);
          return {
            meter: row.meter,
            module: row.module_key,
            period: row.period,
            periodKey: key,
            limit,
            used,
            remaining: limit === null ? null : Math.max(0, limit - used),
            resetsAt: endsAt?.toISOString() ?? null,
          };
        },
      );
    });
  }
}
