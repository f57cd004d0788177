import { expect, test } from '@jest/globals';
import { thresholdsBetween } from './thresholds.js';

test('each threshold lies between what was told and what is reached, exactly once', () => {
  const steps = [0, 0, 50, 50, 80, 100, 100];
  const told = steps.slice(1).map((reached, at) => thresholdsBetween(steps[at] as number, reached));
  expect(told).toEqual([[], [50], [], [80], [100], []]);
  expect(thresholdsBetween(0, 100)).toEqual([50, 80, 100]);
});
