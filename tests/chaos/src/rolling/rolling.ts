import { type RunningSystem, sleep } from '@kit/testing';
import { converged, type Findings, findings } from '../check.js';
import type { Target } from '../load.js';
import { Random } from '../random.js';
import { Balancer } from './balancer.js';
import { Fleet, type Restarts } from './restarts.js';
import { Caller, type Traffic } from './traffic.js';

export interface RollingOptions {
  restarts: number;
  /** Requests a second. */
  rate: number;
  seed: number;
  /** How long a process has to have been ready before the next one is replaced: Kubernetes' minReadySeconds. */
  minReadyMs: number;
  /** How long people ask before the first process is replaced: nobody deploys onto processes that have never been asked. */
  warmUpMs: number;
  /** Another checkout whose builds take turns with this one's. */
  otherBuild?: string;
  say: (line: string) => void;
}

export interface RollingResult {
  restarts: Restarts;
  traffic: Traffic;
  /** The slowest answer before the first was replaced. */
  coldLongest: Traffic['longest'];
  convergedMs: number;
  findings: Findings;
}

/** One process after the other is replaced while people ask; then everything is counted. */
export async function runRolling(
  system: RunningSystem,
  target: Target,
  { restarts, rate, seed, minReadyMs, warmUpMs, otherBuild, say }: RollingOptions,
): Promise<RollingResult> {
  const balancer = await Balancer.start();
  const load = new AbortController();
  const listening = new AbortController();
  try {
    const fleet = await Fleet.start(system, balancer, otherBuild);
    const caller = new Caller(balancer.url, target, new Random(seed));
    await caller.signIn();
    let listener: Promise<void> | undefined;
    await new Promise<void>((ready, failed) => {
      listener = caller.listen(listening.signal, ready);
      listener.catch(failed);
    });
    const asking = caller.run(rate, load.signal);
    await sleep(warmUpMs);
    // What it took while nothing was warm says nothing of replacing, and is told apart.
    const coldLongest = caller.traffic.longest;
    caller.traffic.longest = { ms: 0, what: '' };
    for (let n = 1; n <= restarts; n++) {
      await fleet.step();
      await sleep(minReadyMs);
      if (n % 10 === 0)
        say(`${n} restarts, ${caller.traffic.requests} requests, ${caller.traffic.failed.length} failed`);
    }
    load.abort();
    await asking;
    listening.abort();
    await listener;
    const convergedMs = await converged(system);
    const { traffic } = caller;
    return {
      restarts: fleet.restarts,
      traffic,
      coldLongest,
      convergedMs,
      findings: { ...(await findings(system, traffic.acknowledged)), ...untold(traffic) },
    };
  } finally {
    load.abort();
    listening.abort();
    await balancer.stop();
  }
}

/** What those who listened should have heard. */
const untold = ({ failed, acknowledged, heard, heardOf }: Traffic): Findings => ({
  'requests that failed': failed.length,
  'bookings that a listener did not hear of': [...acknowledged].filter((id) => !heardOf.has(id)).length,
  'events that a listener heard twice': [...heard.values()].filter((times) => times > 1).length,
});
