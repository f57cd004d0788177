import {
  BILLING_PERIOD_INVALID,
  BILLING_RUN_UNDER_WAY,
  type BillingPeriod,
  type BillingRun,
  type BillingRunId,
  type BillingRunPage,
  billingRunStarted,
  type ListBillingRuns,
  type ListUnbilledBookings,
  type StartBillingRun,
  type UnbilledBookingPage,
  type UnbilledReason,
} from '@digilist/contracts';
import { money, NOT_FOUND, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, requireOrg, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { run } from '../../database/named-statement.js';
import { dateOf, dayOf, localDay } from '../listings/index.js';
import {
  BILLING_GROUND,
  GET_RUN,
  INSERT_RUN,
  LIST_RUNS,
  type RunRow,
  type RunValues,
  UNBILLED,
  type UnbilledRow,
} from './billing.sql.js';
import { BillingWorker } from './billing.worker.js';
import { plan, shownBuyer } from './billing-plan.js';
import { problemOf } from './domain/billing.js';
import type { PlannedBuyer } from './domain/plan.js';
import { type Seller, sellerOf } from './domain/seller.js';
import { BOOKINGS_PER_INVOICE } from './domain/totals.js';
import { ALL_SELLERS, GET_SELLER, ORGANIZATION_EXISTS, type SellerRow, type WholeSeller } from './sellers.sql.js';

const LONGEST_DAYS = 732;
const BUYERS_SHOWN = 200;
const CURRENCY = 'NOK';

interface Ground extends Record<string, unknown> {
  timezone: string;
  nextNumber: number;
}

@Injectable()
export class BillingService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly worker: BillingWorker,
  ) {}

  /** What concerns the whole tenant is started by who may invoice in all of it. */
  start(ctx: RequestContext, request: StartBillingRun): Promise<BillingRun> {
    const { from, to, dryRun = false } = request;
    const organizationId = request.organizationId ?? null;
    const sellerId = request.sellerId ?? null;
    return this.work.run(ctx, async (tx) => {
      const orgId = await this.requireSeller(tx, sellerId);
      requireOrg(tx.reach, orgId);
      if (organizationId !== null) await tx.one(ORGANIZATION_EXISTS, [tx.tenantId, organizationId]);
      const ground = await tx.one<Ground>(BILLING_GROUND, [tx.tenantId]);
      const period = periodOf(request, ground.timezone);
      if (dryRun)
        return dryRunOf(tx, request, await plan(tx, { ...period, buyerOrgId: organizationId, sellerId }, ground));
      const values = { orgId, sellerId, buyerOrgId: organizationId, from, to, ...period };
      const started = await startRun(tx, values);
      if (!started) throw new Refusal(BILLING_RUN_UNDER_WAY);
      tx.afterCommit(() => this.worker.wake());
      return shownRun(started);
    });
  }

  get(ctx: RequestContext, { id }: BillingRunId): Promise<BillingRun> {
    return this.work.run(ctx, async (tx) => {
      const row = await tx.one<RunRow>(GET_RUN, [tx.tenantId, id]);
      if (!tx.reach.covers(row.orgId)) throw new Refusal(NOT_FOUND);
      return shownRun(row);
    });
  }

  list(ctx: RequestContext, query: ListBillingRuns): Promise<BillingRunPage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      const { tenant, orgIds } = tx.reach;
      const rows = await tx.query<RunRow>(LIST_RUNS, [tx.tenantId, tenant, orgIds, keys?.[0] ?? null, fetch]);
      return pageOfRows(query, rows, ({ id }) => [id], shownRun);
    });
  }

  unbilled(ctx: RequestContext, query: ListUnbilledBookings): Promise<UnbilledBookingPage> {
    const { keys, fetch } = pageStart(query, ['instant', 'uuid']);
    return this.work.run(ctx, async (tx) => {
      const ground = await tx.one<Ground>(BILLING_GROUND, [tx.tenantId]);
      const rows = await run<UnbilledRow, Parameters<typeof UNBILLED.values>[0]>(tx, UNBILLED, {
        tenantId: tx.tenantId,
        now: tx.now,
        ...periodOf(query, ground.timezone),
        everywhere: tx.reach.tenant,
        orgIds: tx.reach.orgIds,
        afterEnd: (keys?.[0] as string | undefined) ?? null,
        afterId: (keys?.[1] as string | undefined) ?? null,
        limit: fetch,
      });
      const sellers = await tx.query<WholeSeller>(ALL_SELLERS, [tx.tenantId]);
      return pageOfRows(
        query,
        rows,
        ({ endsAt, id }) => [endsAt, id],
        (row) => ({
          bookingId: row.id,
          orgId: row.orgId,
          buyerOrgId: row.buyerOrgId,
          buyerUserId: row.buyerUserId,
          endsAt: row.endsAt,
          owed: money(row.owed, row.currency),
          billed: money(row.billed, row.currency),
          reason: reasonOf(row, sellerOf(row, sellers), ground.nextNumber),
        }),
      );
    });
  }

  /** Organization of the seller; null: none was named. @throws Refusal NOT_FOUND */
  private async requireSeller(tx: Tx, sellerId: string | null): Promise<string | null> {
    if (sellerId === null) return null;
    const { orgId } = await tx.one<SellerRow>(GET_SELLER, [tx.tenantId, sellerId]);
    if (!tx.reach.covers(orgId)) throw new Refusal(NOT_FOUND);
    return orgId;
  }
}

/** Writes a run with its event and audit record; null: another one is under way. */
export async function startRun(tx: Tx, values: Omit<RunValues, 'tenantId' | 'actorId'>): Promise<RunRow | null> {
  const [row] = await run<RunRow, RunValues>(tx, INSERT_RUN, { tenantId: tx.tenantId, actorId: tx.actorId, ...values });
  if (!row) return null;
  const { id, orgId, from, to, version } = row;
  tx.audit({
    action: 'digilist.billing-run.start',
    entity: { type: 'billing_run', id },
    ...(orgId !== null && { orgId }),
    changes: { from, to, organizationId: row.organizationId, sellerId: row.sellerId },
  });
  tx.emit(billingRunStarted, { id, version, data: { billingRunId: id, orgId, from, to } });
  return row;
}

/** @throws Refusal BILLING_PERIOD_INVALID */
function periodOf({ from, to }: BillingPeriod, timezone: string): { endsAfter: Date; endsUntil: Date } {
  const [first, end] = [dayOf(from), dayOf(to)];
  if (first >= end || end - first > LONGEST_DAYS) throw new Refusal(BILLING_PERIOD_INVALID);
  return { endsAfter: dateOf(localDay(timezone, first).starts), endsUntil: dateOf(localDay(timezone, end).starts) };
}

function dryRunOf(tx: Tx, { from, to, organizationId, sellerId }: StartBillingRun, buyers: PlannedBuyer[]): BillingRun {
  const possible = buyers.filter(({ problem }) => problem === null);
  const sum = (pick: (buyer: PlannedBuyer) => number) => possible.reduce((all, buyer) => all + pick(buyer), 0);
  return {
    id: null,
    from,
    to,
    organizationId: organizationId ?? null,
    sellerId: sellerId ?? null,
    dryRun: true,
    status: 'completed',
    invoices: sum(({ bookings }) => Math.ceil(bookings / BOOKINGS_PER_INVOICE)),
    bookings: sum(({ bookings }) => bookings),
    total: money(
      sum(({ total }) => total.amount),
      CURRENCY,
    ),
    buyers: buyers.slice(0, BUYERS_SHOWN).map(shownBuyer),
    startedAt: tx.now.toISOString(),
    completedAt: tx.now.toISOString(),
    version: 1,
  };
}

const shownRun = (row: RunRow): BillingRun => ({
  id: row.id,
  from: row.from,
  to: row.to,
  organizationId: row.organizationId,
  sellerId: row.sellerId,
  dryRun: false,
  status: row.status,
  invoices: row.invoices,
  bookings: row.bookings,
  total: money(row.total, CURRENCY),
  buyers: row.problems.slice(0, BUYERS_SHOWN),
  startedAt: row.startedAt,
  completedAt: row.completedAt,
  version: row.version,
});

function reasonOf(row: UnbilledRow, seller: Seller | null, nextNumber: number): UnbilledReason {
  if (row.status === 'pending' || row.status === 'awaiting_approval') return 'not_decided';
  if (row.billed > 0) return 'billed_too_little';
  return problemOf(seller, row.withVat, nextNumber) ?? 'not_billed_yet';
}
