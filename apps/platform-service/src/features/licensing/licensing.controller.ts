import type { PageQuery } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type CancelSubscription,
  type ChangePlan,
  type ChangeSubscription,
  cancelSubscription,
  changePlan,
  type DeleteEntitlement,
  deleteEntitlement,
  deleteLimitOverride,
  deleteScheduledChange,
  type GetPlan,
  type GetSubscription,
  getPlan,
  getSubscription,
  type ListPlans,
  listEntitlements,
  listPlans,
  type MigratePlan,
  migratePlan,
  type OfLimit,
  type OfSubscription,
  type PutEntitlement,
  type PutLimitOverride,
  type PutSubscription,
  putEntitlement,
  putLimitOverride,
  putSubscription,
  type RevertPlanMigration,
  resumeSubscription,
  revertPlanMigration,
  suspendSubscription,
} from '@platform/contracts';
import { DeltasService } from './deltas.service.js';
import { LicensingQueries } from './licensing.queries.js';
import { PlanChangesService } from './plan-changes.service.js';
import { PlanMigrationsService } from './plan-migrations.service.js';
import { SubscriptionsService } from './subscriptions.service.js';

@Controller()
export class LicensingController {
  constructor(
    private readonly queries: LicensingQueries,
    private readonly subscriptions: SubscriptionsService,
    private readonly changes: PlanChangesService,
    private readonly migrations: PlanMigrationsService,
    private readonly deltas: DeltasService,
  ) {}

  @Handles(listPlans)
  plans(ctx: RequestContext, query: ListPlans) {
    return this.queries.plans(ctx, query);
  }

  @Handles(getPlan)
  plan(ctx: RequestContext, query: GetPlan) {
    return this.queries.plan(ctx, query);
  }

  @Handles(getSubscription)
  subscription(ctx: RequestContext, query: GetSubscription) {
    return this.queries.subscription(ctx, query);
  }

  @Handles(listEntitlements)
  entitlements(ctx: RequestContext, query: PageQuery) {
    return this.queries.entitlements(ctx, query);
  }

  @Handles(putSubscription)
  put(ctx: RequestContext, request: PutSubscription) {
    return this.subscriptions.put(ctx, request);
  }

  @Handles(suspendSubscription)
  suspend(ctx: RequestContext, request: ChangeSubscription) {
    return this.subscriptions.suspend(ctx, request);
  }

  @Handles(resumeSubscription)
  resume(ctx: RequestContext, request: ChangeSubscription) {
    return this.subscriptions.resume(ctx, request);
  }

  @Handles(cancelSubscription)
  cancel(ctx: RequestContext, request: CancelSubscription) {
    return this.subscriptions.cancel(ctx, request);
  }

  @Handles(changePlan)
  change(ctx: RequestContext, request: ChangePlan) {
    return this.changes.change(ctx, request);
  }

  @Handles(deleteScheduledChange)
  unschedule(ctx: RequestContext, request: OfSubscription) {
    return this.subscriptions.unschedule(ctx, request);
  }

  @Handles(putEntitlement)
  putModule(ctx: RequestContext, request: PutEntitlement) {
    return this.deltas.putModule(ctx, request);
  }

  @Handles(deleteEntitlement)
  deleteModule(ctx: RequestContext, request: DeleteEntitlement) {
    return this.deltas.deleteModule(ctx, request);
  }

  @Handles(putLimitOverride)
  putLimit(ctx: RequestContext, request: PutLimitOverride) {
    return this.deltas.putLimit(ctx, request);
  }

  @Handles(deleteLimitOverride)
  deleteLimit(ctx: RequestContext, request: OfLimit) {
    return this.deltas.deleteLimit(ctx, request);
  }

  @Handles(migratePlan)
  migrate(ctx: RequestContext, request: MigratePlan) {
    return this.migrations.migrate(ctx, request);
  }

  @Handles(revertPlanMigration)
  revert(ctx: RequestContext, request: RevertPlanMigration) {
    return this.migrations.revert(ctx, request);
  }
}
