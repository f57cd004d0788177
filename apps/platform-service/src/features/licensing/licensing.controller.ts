import type { PageQuery } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type ChangeSubscription,
  type GetSubscription,
  getSubscription,
  type LeaseUsage,
  type ListPlans,
  leaseUsage,
  listEntitlements,
  listPlans,
  listUsage,
  type PutSubscription,
  putSubscription,
  resumeSubscription,
  suspendSubscription,
} from '@platform/contracts';
import { LicensingQueries } from './licensing.queries.js';
import { SubscriptionsService } from './subscriptions.service.js';
import { UsageService } from './usage.service.js';

@Controller()
export class LicensingController {
  constructor(
    private readonly queries: LicensingQueries,
    private readonly subscriptions: SubscriptionsService,
    private readonly metering: UsageService,
  ) {}

  @Handles(listPlans)
  plans(ctx: RequestContext, query: ListPlans) {
    return this.queries.plans(ctx, query);
  }

  @Handles(getSubscription)
  subscription(ctx: RequestContext, query: GetSubscription) {
    return this.queries.subscription(ctx, query);
  }

  @Handles(listEntitlements)
  entitlements(ctx: RequestContext, query: PageQuery) {
    return this.queries.entitlements(ctx, query);
  }

  @Handles(listUsage)
  usage(ctx: RequestContext, query: PageQuery) {
    return this.queries.usage(ctx, query);
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

  @Handles(leaseUsage)
  lease(ctx: RequestContext, request: LeaseUsage) {
    return this.metering.lease(ctx, request);
  }
}
