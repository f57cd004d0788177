import { type ExplainAvailability, explainAvailability } from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { ExplainService } from './explain.service.js';

@Controller()
export class ExplainController {
  constructor(private readonly explaining: ExplainService) {}

  @Handles(explainAvailability)
  explain(ctx: RequestContext, request: ExplainAvailability) {
    return this.explaining.explain(ctx, request);
  }
}
