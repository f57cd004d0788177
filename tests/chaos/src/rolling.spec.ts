import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { RunningSystem } from '@kit/testing';
import type { Target } from './load.js';
import { runRolling } from './rolling/rolling.js';
import { startTarget } from './target.js';

let system: RunningSystem;
let target: Target;
beforeAll(async () => {
  ({ system, target } = await startTarget(() => {}));
}, 120_000);
afterAll(() => system?.stop(), 60_000);

it('every app is restarted under load and no request fails, no booking is lost, no listener misses or hears twice', async () => {
  const result = await runRolling(system, target, {
    restarts: 6,
    rate: 40,
    seed: 6,
    minReadyMs: 0,
    warmUpMs: 0,
    say: () => {},
  });
  expect(result.traffic.failed).toEqual([]);
  expect(Object.entries(result.findings).filter(([, n]) => n !== 0)).toEqual([]);
  expect(result.restarts.done).toBe(6);
  expect(result.traffic.acknowledged.size).toBeGreaterThan(20);
  expect(result.traffic.reconnects).toBeGreaterThan(1);
}, 180_000);
