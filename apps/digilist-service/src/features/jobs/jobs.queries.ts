import type { Job, JobList } from '@digilist/contracts';
import { FORBIDDEN, Refusal, SYSTEM_TENANT_ID } from '@kit/contracts';
import { type JobOverview, Jobs, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';

@Injectable()
export class JobsQueries {
  constructor(
    private readonly work: UnitOfWork,
    private readonly jobs: Jobs,
  ) {}

  /** Jobs work for all tenants, so only who administers the system may look. */
  async list(ctx: RequestContext): Promise<JobList> {
    await this.work.run(ctx, async (tx) => {
      if (tx.tenantId !== SYSTEM_TENANT_ID || !tx.reach.tenant) throw new Refusal(FORBIDDEN);
    });
    return { data: (await this.jobs.overview()).map(toJob) };
  }
}

const toJob = ({ everyMs, runsOfLastDay, failuresOfLastDay, ...job }: JobOverview): Job => ({
  name: job.name,
  everySeconds: Math.ceil(everyMs / 1_000),
  runningSince: iso(job.runningSince),
  runningOn: job.runningOn,
  nextRunAt: iso(job.nextRunAt),
  lastRunAt: iso(job.lastRunAt),
  lastOutcome: job.lastOutcome,
  lastError: job.lastError,
  lastDurationMs: job.lastDurationMs,
  lastRunOn: job.lastRunOn,
  runs: runsOfLastDay,
  failures: failuresOfLastDay,
});

const iso = (instant: Date | null): string | null => (instant === null ? null : instant.toISOString());
