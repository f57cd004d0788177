import { NOT_FOUND, Refusal } from '@kit/contracts';
import { originIn, type RequestContext, SYSTEM_DATABASE, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  type MigratePlan,
  type MovedTenant,
  PLAN_UNCHANGED,
  PLAN_UNKNOWN,
  type PlanMigration,
  type RevertedPlanMigration,
  type RevertPlanMigration,
} from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { requireSystem } from './in-tenant.js';
import {
  LOCK_TENANT,
  PLAN_BY_ID,
  PLAN_BY_KEY,
  type PlanRow,
  SUBSCRIPTIONS_BY_ID,
  type SubscriptionRow,
} from './licensing.sql.js';
import { moveTo, stepsTo } from './plan-changes.service.js';
import {
  INSERT_MIGRATION,
  INSERT_MOVE,
  MARK_MIGRATION_REVERTED,
  MARK_MOVE_REVERTED,
  MIGRATION,
  MOVED,
  REMAINING,
  SUBSCRIBERS,
} from './plan-migrations.sql.js';
import { settleSubscriptions } from './settle.js';

type Columns<Row> = Row & Record<string, unknown>;

interface Subscriber {
  tenant_id: string;
  service_user_id: string;
  id: string;
}

const BATCH = 50;

/**
 * Moves tenants from one version of a plan to another because somebody asked for it, each in its own transaction: one that
 * fails does not hold the others, and asking again goes on where it stopped.
 */
@Injectable()
export class PlanMigrationsService {
  constructor(
    private readonly work: UnitOfWork,
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
  ) {}

  async migrate(ctx: RequestContext, request: MigratePlan): Promise<PlanMigration> {
    const { dryRun = false, limit = BATCH } = request;
    const asked = await this.work.run(ctx, async (tx) => {
      requireSystem(tx);
      const from = await tx.one<Columns<PlanRow>>(PLAN_BY_ID, [request.id]);
      const [to] = await tx.query<Columns<PlanRow>>(PLAN_BY_KEY, [from.product, from.key, request.toVersion ?? null]);
      if (!to) throw new Refusal(PLAN_UNKNOWN);
      if (to.id === from.id) throw new Refusal(PLAN_UNCHANGED);
      if (dryRun) return { id: null, from, to };
      const { id } = await tx.one<{ id: string }>(INSERT_MIGRATION, [tx.tenantId, from.id, to.id, tx.now, tx.actorId]);
      tx.audit({
        action: 'platform.plan.migrate',
        entity: { type: 'plan', id: from.id },
        changes: { migration: id, product: from.product, plan: from.key, from: from.plan_version, to: to.plan_version },
      });
      return { id, from, to };
    });
    const { id, from, to } = asked;
    const tenants: MovedTenant[] = [];
    for (const subscriber of (await this.system.query(SUBSCRIBERS, [from.id, limit])) as Subscriber[]) {
      const moved = await this.inTenantOf(ctx, subscriber, (tx) => this.move(tx, subscriber, from, to, id));
      if (moved) tenants.push(moved);
    }
    const [{ remaining }] = (await this.system.query(REMAINING, [from.id])) as [{ remaining: number }];
    return { id, from: refOf(from), to: refOf(to), tenants, remaining };
  }

  async revert(ctx: RequestContext, { id: planId, migrationId }: RevertPlanMigration): Promise<RevertedPlanMigration> {
    await this.work.run(ctx, async (tx) => {
      requireSystem(tx);
      const migration = await tx.one<{ from_plan_id: string }>(MIGRATION, [tx.tenantId, migrationId]);
      if (migration.from_plan_id !== planId) throw new Refusal(NOT_FOUND);
      await tx.query(MARK_MIGRATION_REVERTED, [tx.tenantId, migrationId, tx.now, tx.actorId]);
      tx.audit({ action: 'platform.plan.revert', entity: { type: 'plan', id: planId }, changes: { migrationId } });
    });
    const outcome = { reverted: 0, kept: 0 };
    for (const move of (await this.system.query(MOVED, [migrationId])) as (Subscriber & {
      from: string;
      to: string;
    })[]) {
      const back = await this.inTenantOf(ctx, move, async (tx) => {
        const live = await this.liveOn(tx, move.id, move.to);
        if (live) await moveTo(tx, live, move.from);
        await tx.query(MARK_MOVE_REVERTED, [tx.tenantId, migrationId, move.id, tx.now, tx.actorId]);
        if (live) this.record(tx, live, move.from);
        return live !== null;
      });
      if (back) outcome.reverted += 1;
      else outcome.kept += 1;
    }
    return { id: migrationId, ...outcome };
  }

  private async move(
    tx: Tx,
    { id }: Subscriber,
    from: PlanRow,
    to: PlanRow,
    migrationId: string | null,
  ): Promise<MovedTenant | null> {
    const live = await this.liveOn(tx, id, from.id);
    if (!live) return null;
    const { modulesLost, limits } = await stepsTo(tx, live, to);
    if (migrationId !== null) {
      await moveTo(tx, live, to.id);
      await tx.query(INSERT_MOVE, [tx.tenantId, migrationId, live.id, from.id, to.id, tx.now, tx.actorId]);
      this.record(tx, live, to.id);
    }
    const overLimit = limits.filter((step) => step.overLimit).map(({ meter }) => meter);
    return { tenantId: tx.tenantId, subscriptionId: live.id, modulesLost, overLimit };
  }

  /** The subscription, if it is still on that plan: who changed it meanwhile keeps what it chose. */
  private async liveOn(tx: Tx, id: string, planId: string): Promise<SubscriptionRow | null> {
    await tx.one(LOCK_TENANT, [tx.tenantId]);
    await settleSubscriptions(tx);
    const row = await tx.one<Columns<SubscriptionRow>>(SUBSCRIPTIONS_BY_ID, [tx.tenantId, [id]]);
    return row.plan_id === planId ? row : null;
  }

  private record(tx: Tx, live: SubscriptionRow, planId: string): void {
    tx.audit({
      action: 'platform.subscription.migrate',
      entity: { type: 'subscription', id: live.id },
      changes: { planId: { from: live.plan_id, to: planId } },
    });
  }

  private inTenantOf<T>(ctx: RequestContext, subscriber: Subscriber, step: (tx: Tx) => Promise<T>): Promise<T> {
    return this.work.runAs(originIn(subscriber.tenant_id, ctx, subscriber.service_user_id), step);
  }
}

const refOf = ({ key, plan_version }: PlanRow) => ({ planKey: key, planVersion: plan_version });
