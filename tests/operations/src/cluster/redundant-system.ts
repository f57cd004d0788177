import { createStreams, type NatsCluster, startNatsCluster } from '@kit/local-servers';
import type { RunningSystem } from '@kit/testing';
import { Balancer, Fleet, startTarget, type Target } from '@tests/chaos';
import { Pair } from './pair.js';

/** Two processes of every app behind a balancer, three nodes of NATS, a primary and a standby of PostgreSQL. */
export interface RedundantSystem {
  system: RunningSystem;
  target: Target;
  /** Of the balancer. */
  url: string;
  cluster: NatsCluster;
  pair: Pair;
  stop(): Promise<void>;
}

const DAYS = 40;
/** What is lost is still not answered by then; what a busy machine is slow to answer is. */
export const DEADLINE_MS = 8_000;

/** Times for the n-th drill that no other one has booked. */
export function timesOf({ target }: RedundantSystem, drill: number): Target {
  return { ...target, firstDay: new Date(target.firstDay.getTime() + drill * DAYS * 86_400_000), days: DAYS };
}

export interface Options {
  /** The shipped settings of PostgreSQL: what is acknowledged is on two disks. */
  durable?: boolean;
  say?: (line: string) => void;
}

export async function startRedundantSystem({
  durable = false,
  say = () => {},
}: Options = {}): Promise<RedundantSystem> {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  const kept = <T extends { stop(): Promise<unknown> }>(started: T): T => {
    undo.push(() => started.stop());
    return started;
  };
  try {
    const cluster = kept(await startNatsCluster());
    await createStreams(cluster.url, cluster.credentials, { replicas: 3 });
    const pair = kept(await Pair.start({ durable }));
    say('three nodes of NATS, a primary and a standby of PostgreSQL');
    const { system, target } = await startTarget(say, {
      nats: cluster,
      postgres: { platform: pair, digilist: pair },
      env: { GATEWAY_DEADLINE_MS: String(DEADLINE_MS) },
    });
    kept(system);
    await pair.synchronise();
    const balancer = kept(await Balancer.start());
    await Fleet.start(system, balancer);
    say('two processes of every app behind a balancer');
    return { system, target, url: balancer.url, cluster, pair, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
