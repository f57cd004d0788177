import { parseArgs } from 'node:util';
import { failures, runChaos } from './chaos.js';
import { report } from './report.js';
import { startTarget } from './target.js';

// npm run chaos -- --minutes N --seed S [--kills K]

const CONVERGE_LIMIT_MS = 5_000;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    kills: { type: 'string', default: '100000' },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const began = performance.now();
const say = (line: string) => console.log(`[${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s] ${line}`);

say(`chaos with seed ${seed}: at most ${values.minutes} minutes, at most ${values.kills} kills`);
const { system, target } = await startTarget(say);
try {
  const result = await runChaos(system, target, {
    seed,
    milliseconds: Number(values.minutes) * 60_000,
    maxKills: Number(values.kills),
    bookers: 8,
    pauseMs: [500, 4_000],
    say,
  });
  for (const line of report(result, CONVERGE_LIMIT_MS)) console.log(line);
  const wrong = failures(result, CONVERGE_LIMIT_MS);
  console.log(
    wrong.length === 0
      ? `\nNothing was lost, doubled or left behind. Seed ${seed}.`
      : `\nSeed ${seed} found:\n  ${wrong.join('\n  ')}`,
  );
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  await system.stop();
}
