import { describe, expect, test } from '@jest/globals';
import { isPattern, matches } from './event-filter.js';
import { afterFailure, HEALTHY, type Health, PROBED_AFTER } from './health.js';
import { shownHeaders, verdictOf } from './outcome.js';
import { retryAfterMs, WAITS_MS, waitAfter } from './schedule.js';

const HOUR = 3_600_000;
const at = (hours: number) => new Date(Date.UTC(2026, 0, 1) + hours * HOUR);
const plain = { throttled: false, retryAfterMs: null };

describe('what is subscribed to', () => {
  test.each([
    ['*', 'acme.report.published.v1', true],
    ['acme.*', 'acme.report.published.v1', true],
    ['acme.report.*', 'acme.report.published.v1', true],
    ['acme.report.*', 'acme.reporter.left.v1', false],
    ['acme.*', 'acmeextra.report.published.v1', false],
    ['acme.report.published.v1', 'acme.report.published.v1', true],
    ['acme.report.published.v1', 'acme.report.published.v10', false],
  ])('%s and %s: %s', (pattern, type, expected) => expect(matches(pattern, type)).toBe(expected));

  test.each(['', '*.acme', 'acme.**', 'acme.*.v1', 'Acme.*', '.*', 'acme..x', 'acme.'])('"%s" is no pattern', (text) =>
    expect(isPattern(text)).toBe(false),
  );
});

describe('when it is sent again', () => {
  test('ten attempts over some 75 hours, each within a fifth of its time', () => {
    expect(WAITS_MS.length).toBe(10);
    expect(WAITS_MS.reduce((sum, wait) => sum + wait, 0) / HOUR).toBeCloseTo(75.6, 1);
    for (let attempts = 1; attempts < 10; attempts++) {
      const wait = WAITS_MS[attempts] as number;
      expect(waitAfter(attempts, null, 0)).toBe(Math.round(wait * 0.8));
      expect(waitAfter(attempts, null, 1)).toBe(Math.round(wait * 1.2));
    }
    expect(waitAfter(10, null, 0.5)).toBeNull();
  });

  test('a receiver may ask for more time, up to a day', () => {
    expect(waitAfter(1, 60_000, 0.5)).toBe(60_000);
    expect(waitAfter(3, 60_000, 0.5)).toBe(30 * 60_000);
    expect(waitAfter(1, 400 * 24 * HOUR, 0.5)).toBe(24 * HOUR);
  });

  test('Retry-After is seconds or a date', () => {
    expect(retryAfterMs('120', at(0))).toBe(120_000);
    expect(retryAfterMs(at(1).toUTCString(), at(0))).toBe(HOUR);
    expect(retryAfterMs(at(0).toUTCString(), at(1))).toBe(0);
    expect(retryAfterMs('soon', at(0))).toBeNull();
    expect(retryAfterMs(undefined, at(0))).toBeNull();
  });
});

describe('when an endpoint is given up', () => {
  const failing = (...hours: number[]) => {
    let health: Health = HEALTHY;
    for (const hour of hours) {
      const after = afterFailure(health, { at: at(hour), ...plain });
      if (after.disable) return hour;
      health = after.health;
    }
    return null;
  };

  test('after five days of nothing but failures, two of them 12 to 24 hours apart', () => {
    expect(failing(0, 13, 40, 80, 119, 120)).toBe(120);
    expect(failing(0, 13, 119)).toBeNull();
  });

  test('not for a bad event now and then, however long', () => {
    expect(failing(0, 30, 60, 90, 120, 150, 180, 500)).toBeNull();
    expect(failing(0, 1, 2, 3)).toBeNull();
  });

  test('five failures in a row: probed one at a time, with growing pauses', () => {
    let health: Health = HEALTHY;
    const pauses: (number | null)[] = [];
    for (let n = 1; n <= PROBED_AFTER + 4; n++) {
      health = afterFailure(health, { at: at(0), ...plain }).health;
      pauses.push(health.heldUntil && (health.heldUntil.getTime() - at(0).getTime()) / 1_000);
    }
    expect(pauses).toEqual([null, null, null, null, 30, 60, 120, 300, 300]);
  });

  test('an overloaded receiver is left alone for as long as it asks, up to an hour', () => {
    const held = (asked: number | null) =>
      afterFailure(HEALTHY, { at: at(0), throttled: true, retryAfterMs: asked }).health.heldUntil;
    expect(held(null)).toEqual(new Date(at(0).getTime() + 60_000));
    expect(held(10_000)).toEqual(new Date(at(0).getTime() + 10_000));
    expect(held(48 * HOUR)).toEqual(at(1));
  });
});

describe('what an answer means', () => {
  test.each([
    [200, true, false, false],
    [204, true, false, false],
    [301, false, false, false],
    [302, false, false, false],
    [400, false, false, false],
    [410, false, true, false],
    [429, false, false, true],
    [500, false, false, false],
    [502, false, false, true],
    [504, false, false, true],
  ])('%i', (status, delivered, gone, throttled) => {
    const verdict = verdictOf({ status, headers: {} }, at(0));
    expect([verdict.problem === null, verdict.gone, verdict.throttled]).toEqual([delivered, gone, throttled]);
  });

  test('headers that may sign in somewhere are not shown', () => {
    const shown = shownHeaders({ 'set-cookie': 'a', authorization: 'b', 'x-api-key': 'c', server: 'nginx' });
    expect(shown).toEqual({ server: 'nginx' });
  });
});
