import { parseArgs } from 'node:util';
import type { Findings } from '@tests/chaos';
import { loseNodes } from './lose-nodes.js';
import { losePrimary } from './lose-primary.js';
import { startRedundantSystem } from './redundant-system.js';

// npm run failover -- [--nodes N] [--primaries N] [--rate R]

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '6' },
    primaries: { type: 'string', default: '2' },
    rate: { type: 'string', default: '20' },
  },
});
const [nodes, primaries, rate] = [Number(values.nodes), Number(values.primaries), Number(values.rate)];
const began = performance.now();
const say = (line: string) => console.log(`[${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s] ${line}`);

const problems: string[] = [];
function judge(failed: readonly string[], findings: Findings): void {
  problems.push(...failed);
  for (const [name, found] of Object.entries(findings)) if (found !== 0) problems.push(`${name}: ${found}`);
}

const redundant = await startRedundantSystem({ durable: true, say });
try {
  // What this machine cannot do at this rate is no node's fault.
  const calm = await loseNodes(redundant, { nodes: 0, rate });
  say(`without a fault: ${calm.requests} requests, ${calm.failed.length} failed; longest ${calm.longestMs} ms`);
  if (nodes > 0) {
    const lost = await loseNodes(redundant, { nodes, rate, say });
    judge(lost.failed, lost.findings);
    say(
      `${nodes} nodes of NATS killed under ${lost.requests} requests: ${lost.failed.length} failed, ` +
        `${lost.undecided.length} of those that may not be repeated; longest ${lost.longestMs} ms; ` +
        `elections ${lost.electionMs.join(', ')} ms; all agreed ${lost.convergedMs} ms later`,
    );
  }
  for (let n = 0; n < primaries; n++) {
    const lost = await losePrimary(redundant, { rate, drill: n + 2 });
    judge(lost.failed, lost.findings);
    say(
      `primary of PostgreSQL killed under ${lost.requests} requests: ${lost.failedMeanwhile} failed until it was replaced, ` +
        `${lost.failed.length} otherwise; ${lost.acknowledgedBefore} bookings acknowledged before, all kept; ` +
        `promoted after ${lost.promotedMs} ms, served after ${lost.servedMs} ms; all agreed ${lost.convergedMs} ms later`,
    );
    if (n + 1 < primaries) {
      await redundant.pair.rebuild();
      say('the new primary has a standby again');
    }
  }
  console.log(problems.length === 0 ? '\nNothing was lost or doubled.' : `\nFound:\n  ${problems.join('\n  ')}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  await redundant.stop();
}
