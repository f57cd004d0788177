import { Instant, ListOf, OneOf, permission, Text, Whole } from '@kit/contracts';
import { operation } from './context.js';

export class Job {
  @Text({ example: 'booking-completion' })
  name: string;

  @Whole({ min: 1, description: 'Seconds from the end of a run to the next one', example: 900 })
  everySeconds: number;

  @Instant({ nullable: true, description: 'Since when it runs; null: it does not run now' })
  runningSince: string | null;

  @Text({ nullable: true, description: 'Host and process that runs it', example: 'digilist-1:17' })
  runningOn: string | null;

  @Instant({ nullable: true, description: 'Null while it runs' })
  nextRunAt: string | null;

  @Instant({ nullable: true })
  lastRunAt: string | null;

  @OneOf(['ok', 'failed'], { nullable: true })
  lastOutcome: 'ok' | 'failed' | null;

  @Text({ max: 500, nullable: true, description: 'Why the last run failed' })
  lastError: string | null;

  @Whole({ min: 0, nullable: true })
  lastDurationMs: number | null;

  @Text({ nullable: true })
  lastRunOn: string | null;

  @Whole({ min: 0, description: 'In the last 24 hours' })
  runs: number;

  @Whole({ min: 0, description: 'In the last 24 hours' })
  failures: number;
}

export class JobList {
  @ListOf(() => Job, { max: 200 })
  data: Job[];
}

export class ListJobs {}

export const listJobs = operation({
  id: 'listJobs',
  subject: 'job.list.v1',
  // Jobs work for all tenants: whoever signs in at one of them is refused.
  summary: 'For administrators of the system: what runs by itself, how often, when last, with what outcome, and where',
  http: { method: 'GET', path: '/jobs' },
  request: ListJobs,
  response: JobList,
  access: permission('digilist.job.read'),
});

export const jobOperations = [listJobs] as const;
