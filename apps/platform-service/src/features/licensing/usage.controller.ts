import type { PageQuery } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type CommitUsage,
  type ConsumeUsage,
  commitUsage,
  consumeUsage,
  type LeaseUsage,
  type ListUsagePeriods,
  leaseUsage,
  listUsage,
  listUsagePeriods,
  type OfReservation,
  type ReceiveBillingEvent,
  type ReserveUsage,
  type ReturnLease,
  receiveBillingEvent,
  releaseUsage,
  reserveUsage,
  returnLease,
} from '@platform/contracts';
import { BillingService } from './billing/billing.service.js';
import { ConsumptionService } from './consumption.service.js';
import { LicensingQueries } from './licensing.queries.js';
import { UsageService } from './usage.service.js';

@Controller()
export class UsageController {
  constructor(
    private readonly queries: LicensingQueries,
    private readonly metering: UsageService,
    private readonly consumption: ConsumptionService,
    private readonly billing: BillingService,
  ) {}

  @Handles(listUsage)
  usage(ctx: RequestContext, query: PageQuery) {
    return this.queries.usage(ctx, query);
  }

  @Handles(listUsagePeriods)
  usagePeriods(ctx: RequestContext, query: ListUsagePeriods) {
    return this.queries.usagePeriods(ctx, query);
  }

  @Handles(leaseUsage)
  lease(ctx: RequestContext, request: LeaseUsage) {
    return this.metering.lease(ctx, request);
  }

  @Handles(returnLease)
  giveBack(ctx: RequestContext, request: ReturnLease) {
    return this.metering.giveBack(ctx, request);
  }

  @Handles(consumeUsage)
  consume(ctx: RequestContext, request: ConsumeUsage) {
    return this.consumption.consume(ctx, request);
  }

  @Handles(reserveUsage)
  reserve(ctx: RequestContext, request: ReserveUsage) {
    return this.consumption.reserve(ctx, request);
  }

  @Handles(commitUsage)
  commit(ctx: RequestContext, request: CommitUsage) {
    return this.consumption.commit(ctx, request);
  }

  @Handles(releaseUsage)
  release(ctx: RequestContext, request: OfReservation) {
    return this.consumption.release(ctx, request);
  }

  @Handles(receiveBillingEvent)
  receive(ctx: RequestContext, request: ReceiveBillingEvent) {
    return this.billing.receive(ctx, request);
  }
}
