import { eventually, sleep } from '@kit/testing';
import { Caller, converged, type Findings, findings, Random } from '@tests/chaos';
import { order } from './order.js';
import { DEADLINE_MS, type RedundantSystem, timesOf } from './redundant-system.js';

export interface LostPrimary {
  requests: number;
  /** Requests that failed while there was no primary. */
  failedMeanwhile: number;
  /** Requests that failed before, or after somebody had been served again. */
  failed: string[];
  /** Bookings acknowledged before the kill, and in all. */
  acknowledgedBefore: number;
  acknowledged: number;
  /** From the kill until the standby takes writes. */
  promotedMs: number;
  /** From the kill until a booking was made. */
  servedMs: number;
  convergedMs: number;
  findings: Findings;
}

const CALM_MS = 2_000;
/** So many bookings must outlive the primary. */
const ENOUGH = 5;
/** What was asked before the new primary was there is answered by then. */
const LATE_ANSWERS_MS = DEADLINE_MS + 1_000;

/** The primary is killed while people book, its standby takes its place; no service is restarted. */
export async function losePrimary(
  redundant: RedundantSystem,
  { rate, drill = 2 }: { rate: number; drill?: number },
): Promise<LostPrimary> {
  const { system, url, pair } = redundant;
  const caller = new Caller(url, timesOf(redundant, drill), new Random(drill));
  const { traffic } = caller;
  await caller.signIn();
  const load = new AbortController();
  const asking = caller.run(rate, load.signal);
  try {
    await eventually(() => traffic.acknowledged.size >= ENOUGH, { within: 60_000 });
    const failed = [...traffic.failed];
    const acknowledgedBefore = traffic.acknowledged.size;
    const began = performance.now();
    await pair.kill();
    await pair.failOver();
    const promotedMs = Math.round(performance.now() - began);
    const soFar = traffic.acknowledged.size;
    await eventually(() => traffic.acknowledged.size > soFar, { within: 30_000, every: 20 });
    const servedMs = Math.round(performance.now() - began);
    await sleep(LATE_ANSWERS_MS);
    const failedMeanwhile = traffic.failed.length - failed.length;
    await sleep(CALM_MS);
    load.abort();
    await asking;
    failed.push(...traffic.failed.slice(failed.length + failedMeanwhile));
    const convergedMs = await converged(system);
    return {
      ...{ requests: traffic.requests, failedMeanwhile, failed, acknowledgedBefore },
      ...{ acknowledged: traffic.acknowledged.size, promotedMs, servedMs, convergedMs },
      findings: { ...(await findings(system, traffic.acknowledged)), ...(await order(system)) },
    };
  } finally {
    load.abort();
    await asking;
  }
}
