import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { RunningSystem } from '@kit/testing';
import { failures, runChaos } from './chaos.js';
import type { Target } from './load.js';
import { report } from './report.js';
import { startTarget } from './target.js';

let system: RunningSystem;
let target: Target;
beforeAll(async () => {
  ({ system, target } = await startTarget(() => {}));
}, 120_000);
afterAll(() => system?.stop(), 60_000);

it('people book while processes die: no acknowledged booking is lost, nothing is doubled, everything agrees within 5 s', async () => {
  const result = await runChaos(system, target, {
    seed: 20_261_122,
    milliseconds: 90_000,
    maxKills: 15,
    bookers: 6,
    pauseMs: [200, 1_000],
    say: () => {},
  });
  expect({ failures: failures(result, 5_000), report: report(result, 5_000) }).toMatchObject({ failures: [] });
  expect(result.tally.acknowledged.size).toBeGreaterThan(10);
}, 240_000);
