import { describe, expect, test } from '@jest/globals';
import { decideRefresh, REPLAY_WINDOW_MS, type RefreshableSession } from './refresh-decision.js';

const now = new Date('2026-11-22T12:00:00Z');
const at = (ms: number) => new Date(now.getTime() + ms);
const [first, second, third] = ['1', '2', '3'].map((digit) => Buffer.alloc(32, digit)) as [Buffer, Buffer, Buffer];

const session = (more: Partial<RefreshableSession> = {}): RefreshableSession => ({
  status: 'active',
  currentHash: third,
  previousHash: second,
  rotatedAt: at(-1_000),
  idleExpiresAt: at(60_000),
  absoluteExpiresAt: at(90_000),
  ...more,
});

describe('a refresh token that did not win the rotation', () => {
  test('gets the same successor again when it is the one before and comes in time', () => {
    expect(decideRefresh(session({ rotatedAt: at(-REPLAY_WINDOW_MS) }), second, now)).toBe('replay');
  });

  test('is reuse when it comes later', () => {
    expect(decideRefresh(session({ rotatedAt: at(-REPLAY_WINDOW_MS - 1) }), second, now)).toBe('reuse');
  });

  test('is reuse when it is older than the one before, however soon it comes', () => {
    expect(decideRefresh(session({ rotatedAt: now }), first, now)).toBe('reuse');
  });

  test('is reuse when nothing was rotated and it is none that was issued', () => {
    expect(decideRefresh(session({ previousHash: null, rotatedAt: null }), first, now)).toBe('reuse');
  });

  test('is of no use once the session has ended or expired', () => {
    expect(decideRefresh(session({ status: 'ended' }), first, now)).toBe('ended');
    expect(decideRefresh(session({ idleExpiresAt: now }), second, now)).toBe('ended');
    expect(decideRefresh(session({ absoluteExpiresAt: now }), third, now)).toBe('ended');
  });

  test('is of no use when it is current but the tenant let nobody in', () => {
    expect(decideRefresh(session(), third, now)).toBe('ended');
  });
});
