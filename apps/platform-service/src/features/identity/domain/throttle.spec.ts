import { describe, expect, test } from '@jest/globals';
import { type Attempts, afterFailure, isLocked, networkOf, secondsToWait, waitAfter } from './throttle.js';

const now = new Date('2026-11-22T12:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

describe('the wait after failures', () => {
  test('begins with the fifth of an account and doubles up to a quarter of an hour', () => {
    const waits = [1, 4, 5, 6, 7, 14, 15, 99, 5_000].map((failures) => waitAfter('account', failures));
    expect(waits).toEqual([0, 0, 1, 2, 4, 512, 900, 900, 900]);
  });

  test('begins with the fiftieth of a network', () => {
    expect([49, 50, 51, 200].map((failures) => waitAfter('network', failures))).toEqual([0, 1, 2, 900]);
  });

  test('of a network is forgotten after an hour without one; of an account never', () => {
    const before: Attempts = { failures: 70, lastFailureAt: now, blockedUntil: now };
    expect(afterFailure('network', before, later(3_600)).failures).toBe(71);
    expect(afterFailure('network', before, later(3_601)).failures).toBe(1);
    expect(afterFailure('account', before, later(86_400 * 365)).failures).toBe(71);
  });

  test('is told in whole seconds, never a zero that is not over', () => {
    const attempts = afterFailure('account', { failures: 5, lastFailureAt: now, blockedUntil: now }, now);
    expect(secondsToWait('account', attempts, now)).toBe(2);
    expect(secondsToWait('account', attempts, new Date(now.getTime() + 1_001))).toBe(1);
    expect(secondsToWait('account', attempts, later(2))).toBe(0);
    expect(secondsToWait('account', null, now)).toBe(0);
  });
});

test('a failure that makes nobody wait does not make wait who began before it either', () => {
  const attempts = afterFailure('account', null, later(1));
  expect(secondsToWait('account', attempts, now)).toBe(0);
});

test('a hundred failures in a row lock the password of an account, never a network', () => {
  let account: Attempts | null = null;
  for (let at = 0; at < 99; at++) account = afterFailure('account', account, now);
  expect(isLocked('account', account)).toBe(false);
  account = afterFailure('account', account, now);
  expect(isLocked('account', account)).toBe(true);
  expect(isLocked('network', account)).toBe(false);
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s counts as %s', (ip, network) => {
  expect(networkOf(ip)).toBe(network);
});
