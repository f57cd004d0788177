import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { hostname } from 'node:os';
import {
  type JobHelpers,
  Logger as LibraryLogger,
  type Runner,
  run,
  type Worker,
  type WorkerEvents,
} from 'graphile-worker';
import type { DataSource } from 'typeorm';
import type { Logger } from '../logging/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import { asTrace } from '../telemetry/spans.js';
import { jobSchema, poolOf } from './job-tables.js';
import { jobStatements } from './jobs.sql.js';
import type { PeriodicJob } from './periodic-job.js';

/** Jobs that run beside each other in one process: each takes a connection of the few that the system role has. */
const CONCURRENCY = 2;
/** By the clock of the database a run may be due a moment later than by ours. */
const AFTER_DUE_MS = 50;
const RETRY_MS = 2_000;
const ERROR_LENGTH = 500;

/**
 * How late a run may begin whose end another process planned (who planned it is there in time); how often a process says
 * that it is there; when one that does not is taken for dead.
 */
export const JOB_PACE = { pollMs: 20_000, seenEveryMs: 10_000, deadAfterMs: 30_000 };

/** What there is to know about a job, whichever process runs it. */
export interface JobOverview {
  name: string;
  everyMs: number;
  runningSince: Date | null;
  runningOn: string | null;
  /** Null while it runs, and until a process that knows it has started for the first time. */
  nextRunAt: Date | null;
  lastRunAt: Date | null;
  lastOutcome: 'ok' | 'failed' | null;
  lastError: string | null;
  lastDurationMs: number | null;
  lastRunOn: string | null;
  runsOfLastDay: number;
  failuresOfLastDay: number;
}

/**
 * Runs the periodic jobs of a service by a queue that all its processes share (graphile-worker): each job is one row of
 * it, whoever locks the row runs the job, and its end plans the next run. So a run happens in one process at a time;
 * what was due while nothing ran is made up for once; and what fails comes again at its next turn.
 *
 * The library holds a dead worker's job for hours. Processes therefore sign in every ten seconds, and what is held by one
 * that was not seen for thirty is taken up by another. One that was only paused finds its job taken when it ends: until
 * then two may be at it, so a job must bear that.
 */
export class Jobs {
  private readonly id = randomUUID();
  private readonly process = `${hostname()}:${process.pid}`;
  private readonly sql;
  private readonly workers = new Set<string>();
  /** Those that were not released: another throws when it is asked to look for work. */
  private readonly awake = new Set<Worker>();
  private readonly due = new Map<string, NodeJS.Timeout>();
  private runner: Runner | null = null;
  private signing: NodeJS.Timeout | null = null;
  private restarting: Promise<void> | null = null;
  private stopped = false;
  private jobs: readonly PeriodicJob[] = [];

  constructor(
    private readonly context: string,
    /** All jobs of the service. */
    private readonly jobsOfService: () => readonly PeriodicJob[],
    private readonly system: DataSource,
    private readonly log: Logger,
    private readonly metrics: Metrics,
    private readonly pace = JOB_PACE,
  ) {
    this.sql = jobStatements(context);
  }

  async start(): Promise<void> {
    this.jobs = this.jobsOfService();
    if (this.jobs.length === 0) return;
    const [names, pauses] = this.wanted();
    if (new Set(names).size < names.length) throw new Error(`two jobs have one name: ${names}`);
    await this.system.query(this.sql.plan, [names]);
    await this.system.query(this.sql.hasten, [names, pauses]);
    await this.run();
    const due: { name: string; inMs: number }[] = await this.system.query(this.sql.due, [names]);
    for (const { name, inMs } of due) this.wakeIn(name, inMs);
    this.signing = setInterval(() => {
      this.signIn().catch((error) => this.log.warn({ err: error }, 'jobs could not be signed for; trying again'));
    }, this.pace.seenEveryMs).unref();
  }

  /** Finishes what runs and takes nothing more. */
  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    if (this.signing) clearInterval(this.signing);
    for (const timer of this.due.values()) clearTimeout(timer);
    await this.restarting;
    await this.runner?.stop();
    if (this.signing) await this.system.query(this.sql.gone, [this.id]).catch(() => undefined);
  }

  overview(): Promise<JobOverview[]> {
    return this.system.query(this.sql.overview, this.wanted());
  }

  private wanted(): [names: string[], everyMs: number[]] {
    return [this.jobs.map(({ name }) => name), this.jobs.map(({ everyMs }) => everyMs)];
  }

  private async run(): Promise<void> {
    const events: WorkerEvents = new EventEmitter();
    events.on('worker:create', ({ worker }) => {
      this.workers.add(worker.workerId);
      this.awake.add(worker);
    });
    events.on('worker:release', ({ worker }) => this.awake.delete(worker));
    events.on('worker:stop', ({ worker }) => {
      this.workers.delete(worker.workerId);
      this.restart();
    });
    this.runner = await run({
      pgPool: poolOf(this.system),
      schema: jobSchema(this.context),
      taskList: Object.fromEntries(this.jobs.map((job) => [job.name, (_, helpers) => this.once(job, helpers)])),
      concurrency: CONCURRENCY,
      pollInterval: this.pace.pollMs,
      noHandleSignals: true,
      events,
      logger: new LibraryLogger(() => (level, message) => {
        if (level === 'error' || level === 'warning') this.log.warn(message);
      }),
    });
    // It ends when it is stopped; with an error it is made anew.
    this.runner.promise.catch(() => this.restart());
    await this.signIn();
  }

  /** A worker that lost the database at the wrong moment ends for good, and the library makes no new one. */
  private restart(): void {
    if (this.stopped || this.restarting) return;
    this.restarting = (async () => {
      while (!this.stopped) {
        await pause(RETRY_MS);
        try {
          await this.runner?.stop();
          this.runner = null;
          this.workers.clear();
          this.awake.clear();
          await this.run();
          return;
        } catch (error) {
          this.log.warn({ err: error }, 'the queue of jobs could not be taken up again; trying again');
        }
      }
    })().finally(() => {
      this.restarting = null;
    });
  }

  private async signIn(): Promise<void> {
    await this.system.query(this.sql.seen, [this.id, this.process, [...this.workers]]);
    const taken: { name: string }[] = await this.system.query(this.sql.takeUp, [this.pace.deadAfterMs]);
    for (const { name } of taken) this.log.warn({ job: name }, 'whoever ran this job is gone; it is taken up again');
    if (taken.length > 0) this.wake();
  }

  /** A worker that rests looks for work now; where none does, the first one that has ended its job. */
  private wake(): void {
    if (!this.stopped) [...this.awake].some((worker) => worker.nudge());
  }

  /** Instead of asking all the time whether anything is due. */
  private wakeIn(job: string, ms: number): void {
    clearTimeout(this.due.get(job));
    this.due.set(job, setTimeout(() => this.wake(), ms + AFTER_DUE_MS).unref());
  }

  private async once(job: PeriodicJob, { job: { id, locked_by: worker } }: JobHelpers): Promise<void> {
    const startedAt = new Date();
    const failure = await asTrace(`job ${job.name}`, {}, () => job.turn(startedAt)).then(
      () => null,
      (error: unknown) => error,
    );
    const durationMs = Date.now() - startedAt.getTime();
    const outcome = failure === null ? 'ok' : 'failed';
    if (failure !== null) this.log.warn({ err: failure, job: job.name }, 'a job failed; at its next turn again');
    this.metrics.jobRuns.inc({ job: job.name, outcome });
    this.metrics.jobDuration.observe({ job: job.name }, durationMs / 1_000);
    if (outcome === 'ok') this.metrics.jobSuccess.set({ job: job.name }, Date.now() / 1_000);
    const error = failure === null ? null : String((failure as Error).message ?? failure).slice(0, ERROR_LENGTH);
    const { name, everyMs } = job;
    const planned = await this.ended([id, worker, name, everyMs, this.process, startedAt, durationMs, outcome, error]);
    // The row is not ours to end any more: the library leaves it alone when the task fails in the wrong hands.
    if (planned) this.wakeIn(name, everyMs);
    else throw new Error(`${name} was taken up by another process while this one was paused`);
  }

  /** Says so until the database hears it, so that a job does not wait for its holder to be taken for dead. */
  private async ended(values: readonly unknown[]): Promise<boolean> {
    for (;;) {
      try {
        const next: unknown[] = await this.system.query(this.sql.end, [...values]);
        return next.length > 0;
      } catch (error) {
        if (this.stopped) throw error;
        this.log.warn({ err: error, job: values[2] }, 'the end of a job could not be written; trying again');
        await pause(RETRY_MS);
      }
    }
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
