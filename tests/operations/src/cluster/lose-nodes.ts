import { sleep } from '@kit/testing';
import { Caller, converged, type Findings, findings, Random } from '@tests/chaos';
import { order } from './order.js';
import { type RedundantSystem, timesOf } from './redundant-system.js';

export interface LostNodes {
  requests: number;
  failed: string[];
  /** Requests that may not be asked twice (signing in, renewing tokens) and were on their way through a dead node. */
  undecided: string[];
  acknowledged: number;
  longestMs: number;
  /** Connections of services and gateways that each dead node took with it. */
  connections: number[];
  /** From each kill until somebody leads the stream of DIGILIST's events. */
  electionMs: number[];
  convergedMs: number;
  findings: Findings;
}

const CALM_MS = 1_500;

/** Neither only reads nor carries a key. */
const NOT_TO_BE_REPEATED = /\b(signIn|renew): 50[34] /;

/**
 * Nodes of NATS are killed with SIGKILL while people book, the leader of the events first; each comes back before the
 * next. With no node at all people just book, to compare with.
 */
export async function loseNodes(
  redundant: RedundantSystem,
  { nodes, rate, say = () => {} }: { nodes: number; rate: number; say?: (line: string) => void },
): Promise<LostNodes> {
  const { system, url, cluster } = redundant;
  const caller = new Caller(url, timesOf(redundant, nodes > 0 ? 1 : 0), new Random(1));
  const { traffic } = caller;
  await caller.signIn();
  const load = new AbortController();
  const asking = caller.run(rate, load.signal);
  const [connections, electionMs]: [number[], number[]] = [[], []];
  try {
    for (let n = 0; n < nodes; n++) {
      await sleep(CALM_MS);
      const leader = await cluster.leaderOf('DIGILIST_EVENTS');
      const victim = n % 2 === 0 ? leader : (cluster.nodes.find((node) => node !== leader) ?? leader);
      connections.push(await connectionsOf(victim));
      const began = performance.now();
      await victim.kill();
      await cluster.leaderOf('DIGILIST_EVENTS');
      electionMs.push(Math.round(performance.now() - began));
      say(
        `${victim.name} killed, a leader after ${electionMs.at(-1)} ms, ${traffic.failed.length} requests failed so far`,
      );
      await sleep(CALM_MS);
      await victim.restart();
      await cluster.caughtUp();
    }
    await sleep(nodes > 0 ? CALM_MS : 6 * CALM_MS);
  } finally {
    load.abort();
    await asking;
  }
  const convergedMs = await converged(system);
  return {
    ...{ requests: traffic.requests, acknowledged: traffic.acknowledged.size, longestMs: traffic.longest.ms },
    failed: traffic.failed.filter((line) => !NOT_TO_BE_REPEATED.test(line)),
    undecided: traffic.failed.filter((line) => NOT_TO_BE_REPEATED.test(line)),
    ...{ connections, electionMs, convergedMs },
    findings: { ...(await findings(system, traffic.acknowledged)), ...(await order(system)) },
  };
}

async function connectionsOf({ monitorUrl }: { monitorUrl: string }): Promise<number> {
  const { connections } = (await (await fetch(`${monitorUrl}/varz`)).json()) as { connections: number };
  return connections;
}
