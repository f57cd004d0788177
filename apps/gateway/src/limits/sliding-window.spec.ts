import { describe, expect, it } from '@jest/globals';
import { SlidingWindow } from './sliding-window.js';

const MINUTE = 60_000;
const start = 1_000 * MINUTE;

function spend(window: SlidingWindow, times: number, limit: number, now: number): number {
  let allowed = 0;
  for (let n = 0; n < times; n++) if (window.take('k', limit, now).allowed) allowed++;
  return allowed;
}

describe('SlidingWindow', () => {
  it('allows exactly the limit within one window', () => {
    expect(spend(new SlidingWindow(MINUTE), 150, 100, start)).toBe(100);
  });

  it('does not allow the double at the edge of two windows', () => {
    const window = new SlidingWindow(MINUTE);
    expect(spend(window, 100, 100, start + 59_000)).toBe(100);
    expect(spend(window, 100, 100, start + 61_000)).toBeLessThanOrEqual(2);
  });

  it('allows the limit again when the window has passed', () => {
    const window = new SlidingWindow(MINUTE);
    spend(window, 100, 100, start);
    expect(spend(window, 200, 100, start + 2 * MINUTE)).toBe(100);
  });

  it('tells a wait after which the next request is allowed, and not before', () => {
    for (const limit of [1, 3, 100]) {
      for (const offset of [0, 10_000, 59_999]) {
        const window = new SlidingWindow(MINUTE);
        spend(window, limit, limit, start + offset);
        const refused = window.take('k', limit, start + offset);
        expect(refused.allowed).toBe(false);
        expect(window.take('k', limit, start + offset + refused.seconds * 1000).allowed).toBe(true);
        expect(refused.seconds).toBeLessThanOrEqual(120);
      }
    }
  });

  it('counts what other instances told, once, whatever is repeated or late', () => {
    const here = new SlidingWindow(MINUTE);
    const there = new SlidingWindow(MINUTE);
    spend(there, 60, 100, start);
    const told = there.drain(start);
    here.hear('there', told.window, told.counts, start);
    here.hear('there', told.window, told.counts, start);
    expect(spend(here, 100, 100, start)).toBe(40);
    here.hear('there', told.window, [['k', 10]], start);
    expect(spend(here, 1, 100, start)).toBe(0);
  });

  it('tells only what changed, and everything to who has just joined', () => {
    const window = new SlidingWindow(MINUTE);
    spend(window, 2, 100, start);
    expect(window.drain(start).counts).toEqual([['k', 2]]);
    expect(window.drain(start).counts).toEqual([]);
    window.tellAll();
    expect(window.drain(start).counts).toEqual([['k', 2]]);
  });

  it('forgets who has been silent for two windows and never holds more keys than its capacity', () => {
    const window = new SlidingWindow(MINUTE, 10);
    for (let n = 0; n < 100; n++) window.take(`key ${n}`, 5, start);
    expect(window.size).toBe(10);
    window.take('late', 5, start + 3 * MINUTE);
    expect(window.size).toBe(1);
  });
});
