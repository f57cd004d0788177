import {
  type BillingRunId,
  getBillingRun,
  type ListBillingRuns,
  type ListUnbilledBookings,
  listBillingRuns,
  listUnbilledBookings,
  type StartBillingRun,
  startBillingRun,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { BillingService } from './billing.service.js';

@Controller()
export class BillingController {
  constructor(private readonly billing: BillingService) {}

  @Handles(startBillingRun)
  start(ctx: RequestContext, request: StartBillingRun) {
    return this.billing.start(ctx, request);
  }

  @Handles(getBillingRun)
  get(ctx: RequestContext, request: BillingRunId) {
    return this.billing.get(ctx, request);
  }

  @Handles(listBillingRuns)
  list(ctx: RequestContext, request: ListBillingRuns) {
    return this.billing.list(ctx, request);
  }

  @Handles(listUnbilledBookings)
  unbilled(ctx: RequestContext, request: ListUnbilledBookings) {
    return this.billing.unbilled(ctx, request);
  }
}
