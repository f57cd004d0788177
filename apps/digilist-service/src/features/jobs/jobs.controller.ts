import { listJobs } from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { JobsQueries } from './jobs.queries.js';

@Controller()
export class JobsController {
  constructor(private readonly jobs: JobsQueries) {}

  @Handles(listJobs)
  list(ctx: RequestContext) {
    return this.jobs.list(ctx);
  }
}
