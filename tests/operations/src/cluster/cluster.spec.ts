import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Findings } from '@tests/chaos';
import { loseNodes } from './lose-nodes.js';
import { losePrimary } from './lose-primary.js';
import { type RedundantSystem, startRedundantSystem } from './redundant-system.js';

let redundant: RedundantSystem;
beforeAll(async () => {
  redundant = await startRedundantSystem();
}, 300_000);
afterAll(() => redundant?.stop(), 60_000);

const wrong = (findings: Findings) => Object.entries(findings).filter(([, found]) => found !== 0);

it('people book while the leader of the events is killed: no request fails, no event is lost, doubled or overtaken', async () => {
  const lost = await loseNodes(redundant, { nodes: 1, rate: 10 });
  expect({ failed: lost.failed, wrong: wrong(lost.findings) }).toEqual({ failed: [], wrong: [] });
  expect(lost.acknowledged).toBeGreaterThan(5);
}, 240_000);

it('people book while the primary is killed: every acknowledged booking is on the standby, and services find it by themselves', async () => {
  const lost = await losePrimary(redundant, { rate: 10 });
  expect({ failed: lost.failed, wrong: wrong(lost.findings) }).toEqual({ failed: [], wrong: [] });
  expect(lost.acknowledgedBefore).toBeGreaterThanOrEqual(5);
}, 240_000);
