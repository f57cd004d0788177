import { describe, expect, test } from '@jest/globals';
import { Bulkhead } from './bulkhead.js';

function gate() {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

describe('the bulkhead', () => {
  test('never runs more at once than it may, and runs all of them', async () => {
    const bulkhead = new Bulkhead(3, 100);
    let running = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
    };
    await Promise.all(Array.from({ length: 50 }, () => bulkhead.run(work)));
    expect({ most, running }).toEqual({ most: 3, running: 0 });
  });

  test('is full when its places and its queue are taken, and no longer when one has left', async () => {
    const bulkhead = new Bulkhead(1, 1);
    const { passed, open } = gate();
    const first = bulkhead.run(() => passed);
    expect(bulkhead.full).toBe(false);
    const second = bulkhead.run(async () => 'second');
    expect(bulkhead.full).toBe(true);
    open();
    await first;
    expect(await second).toBe('second');
    expect(bulkhead.full).toBe(false);
  });

  test('gives the place on when the work failed', async () => {
    const bulkhead = new Bulkhead(1, 1);
    await expect(bulkhead.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await bulkhead.run(async () => 'next')).toBe('next');
  });
});
