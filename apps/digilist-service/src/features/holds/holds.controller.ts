import { type CreateHold, createHold, getHold, type HoldId, releaseHold } from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { HoldsService } from './holds.service.js';

@Controller()
export class HoldsController {
  constructor(private readonly holds: HoldsService) {}

  @Handles(createHold)
  create(ctx: RequestContext, request: CreateHold) {
    return this.holds.create(ctx, request);
  }

  @Handles(getHold)
  get(ctx: RequestContext, request: HoldId) {
    return this.holds.get(ctx, request);
  }

  @Handles(releaseHold)
  release(ctx: RequestContext, request: HoldId) {
    return this.holds.release(ctx, request);
  }
}
