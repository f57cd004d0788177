import { describe, expect, test } from '@jest/globals';
import { rotationSteps, type SigningKeyFacts } from './key-rotation.js';

const start = new Date('2026-01-01T00:00:00Z');
const at = (seconds: number) => new Date(start.getTime() + seconds * 1000);
const policy = { everyMs: 1_000_000, leadMs: 100_000, keepMs: 50_000 };

const key = (id: string, facts: Partial<SigningKeyFacts>): SigningKeyFacts => ({
  id,
  status: 'active',
  publishedAt: start,
  activatedAt: start,
  retiredAt: null,
  rotationRequested: false,
  ...facts,
});
const steps = (keys: SigningKeyFacts[], seconds: number) => rotationSteps(keys, policy, at(seconds));

describe('the keys', () => {
  const active = key('one', {});
  const upcoming = key('two', { status: 'upcoming', publishedAt: at(900), activatedAt: null });

  test('have a successor published in time before it is due, and used when it is', () => {
    expect(steps([active], 899)).toEqual([]);
    expect(steps([active], 900)).toEqual([{ kind: 'publish' }]);
    expect(steps([active, upcoming], 999)).toEqual([]);
    expect(steps([active, upcoming], 1_000)).toEqual([{ kind: 'activate', upcoming: 'two', active: 'one' }]);
  });

  test('published late are used late, however overdue the old one is', () => {
    const late = key('two', { status: 'upcoming', publishedAt: at(5_000), activatedAt: null });
    expect(steps([active, late], 5_099)).toEqual([]);
    expect(steps([active, late], 5_100)).toEqual([{ kind: 'activate', upcoming: 'two', active: 'one' }]);
  });

  test('are replaced early when somebody wants it, but not before everybody knows the next', () => {
    const unwanted = key('one', { rotationRequested: true });
    const next = key('two', { status: 'upcoming', publishedAt: at(10), activatedAt: null });
    expect(steps([unwanted], 10)).toEqual([{ kind: 'publish' }]);
    expect(steps([unwanted, next], 109)).toEqual([]);
    expect(steps([unwanted, next], 110)).toEqual([{ kind: 'activate', upcoming: 'two', active: 'one' }]);
  });

  test('that no longer sign go when their last token has expired', () => {
    const retired = key('zero', { status: 'retired', retiredAt: start });
    expect(steps([active, retired], 49)).toEqual([]);
    expect(steps([active, retired], 50)).toEqual([{ kind: 'remove', id: 'zero' }]);
  });
});
