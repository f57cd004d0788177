import { parseArgs } from 'node:util';
import { startTarget } from '../target.js';
import { runRolling } from './rolling.js';

// npm run rolling -- [--restarts N] [--rate R] [--seed S] [--min-ready SECONDS] [--other-build DIR]

const { values } = parseArgs({
  options: {
    restarts: { type: 'string', default: '50' },
    rate: { type: 'string', default: '100' },
    seed: { type: 'string' },
    'min-ready': { type: 'string', default: '5' },
    'other-build': { type: 'string' },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const began = performance.now();
const say = (line: string) => console.log(`[${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s] ${line}`);

const { system, target } = await startTarget(say);
try {
  say(`two processes of each app; ${values.restarts} restarts at ${values.rate} requests a second, seed ${seed}`);
  const { restarts, traffic, coldLongest, convergedMs, findings } = await runRolling(system, target, {
    restarts: Number(values.restarts),
    rate: Number(values.rate),
    seed,
    minReadyMs: Number(values['min-ready']) * 1_000,
    warmUpMs: 30_000,
    otherBuild: values['other-build'],
    say,
  });
  const row = (name: string, value: string | number, limit = '') =>
    console.log(`  ${name.padEnd(52)}${String(value).padStart(10)}   ${limit}`);
  console.log(`\n${restarts.done} restarts, ${traffic.requests} requests`);
  for (const [what, n] of traffic.asked) row(what, n);
  row('bookings made', traffic.acknowledged.size);
  row('times that a listener came back', traffic.reconnects - 1);
  for (const [app, ms] of restarts.longestStop) row(`longest stop of ${app}`, `${ms} ms`);
  row('longest answer', `${traffic.longest.ms} ms`, traffic.longest.what);
  row('longest answer while warming up', `${coldLongest.ms} ms`, coldLongest.what);
  row('until everything agreed', `${convergedMs} ms`);
  console.log('');
  for (const [name, n] of Object.entries(findings)) row(name, n, '0');
  for (const failure of traffic.failed.slice(0, 20)) console.log(`  ${failure}`);
  const wrong = Object.values(findings).some((n) => n !== 0);
  console.log(wrong ? `\nSeed ${seed} found something.` : '\nNobody noticed.');
  process.exitCode = wrong ? 1 : 0;
} finally {
  await system.stop();
}
