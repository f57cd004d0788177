import type { RunningSystem } from '@kit/testing';
import { converged, type Findings, findings } from './check.js';
import { killAgainAndAgain, type Victim } from './faults.js';
import { Booker, type Tally, type Target } from './load.js';
import { Random } from './random.js';

export interface ChaosOptions {
  seed: number;
  /** Ends after this time or after `maxKills`, whichever comes first. */
  milliseconds: number;
  maxKills: number;
  bookers: number;
  pauseMs: [number, number];
  say: (line: string) => void;
}

export interface ChaosResult {
  tally: Tally;
  kills: Map<Victim, number>;
  convergedMs: number;
  findings: Findings;
}

/** People book, processes die; afterwards everything is counted. */
export async function runChaos(system: RunningSystem, target: Target, options: ChaosOptions): Promise<ChaosResult> {
  const random = new Random(options.seed);
  const tally: Tally = {
    attempts: 0,
    retries: 0,
    acknowledged: new Set(),
    conflicts: 0,
    againstRules: 0,
    unexpected: new Map(),
    undecided: 0,
  };
  const faults = new AbortController();
  const load = new AbortController();
  const timer = setTimeout(() => faults.abort(), options.milliseconds);
  try {
    const bookers = Array.from({ length: options.bookers }, () =>
      new Booker(target, new Random(random.between(1, 2 ** 31)), tally).run(load.signal),
    );
    const kills = await killAgainAndAgain(system, random, {
      ...options,
      limit: options.maxKills,
      signal: faults.signal,
    });
    load.abort();
    await Promise.all(bookers);
    options.say('the last fault is over; waiting until everything agrees');
    const convergedMs = await converged(system);
    return { tally, kills, convergedMs, findings: await findings(system, tally.acknowledged) };
  } finally {
    clearTimeout(timer);
    load.abort();
  }
}

/** What went wrong, one line each; empty when nothing did. */
export function failures({ findings: found, tally, convergedMs }: ChaosResult, convergeLimitMs: number): string[] {
  return [
    ...Object.entries(found)
      .filter(([, n]) => n !== 0)
      .map(([name, n]) => `${name}: ${n}`),
    ...[...tally.unexpected].map(([code, n]) => `unexpected answer ${code}: ${n}`),
    ...(convergedMs > convergeLimitMs ? [`everything agreed only after ${convergedMs} ms`] : []),
  ];
}
