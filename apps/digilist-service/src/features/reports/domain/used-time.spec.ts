import { expect, test } from '@jest/globals';
import { usedTime } from './used-time.js';

const HOUR = { boundaries: [0, 30, 60], bucketOf: [0, 1], count: 2 };

test('what is open and taken until the very end of the time that is counted is counted until then', () => {
  const stays = [{ taking: 'agreed', from: 30, until: 60, quantity: 1 }] as const;
  const figures = usedTime([0, 60], 1, [{ stock: 1, perZone: 1, stays }], HOUR);
  expect(figures).toMatchObject([
    { open: 30, booked: 0, free: 30 },
    { open: 30, booked: 30, free: 0 },
  ]);
});
