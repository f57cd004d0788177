import { describe, expect, it } from '@jest/globals';
import { patternsGranting, Reach, requireOrg } from './reach.js';

describe('a permission', () => {
  it('is granted by itself and by every wildcard over it, and by nothing else', () => {
    const granting = patternsGranting('acme.report.read');
    expect(granting).toEqual(expect.arrayContaining(['acme.report.read', 'acme.report.*', 'acme.*.*', '*.*.*', '*']));
    for (const other of ['acme.report.write', 'acme.reports.read', 'other.report.read', 'acme', 'acme.report']) {
      expect(granting).not.toContain(other);
    }
  });
});

describe('a reach', () => {
  it('in the tenant covers every organization and what belongs to none', () => {
    expect(new Reach(true).covers('a')).toBe(true);
    expect(new Reach(true).covers(null)).toBe(true);
  });
  it('in organizations covers only those', () => {
    const reach = new Reach(false, ['a']);
    expect(reach.covers('a')).toBe(true);
    expect(reach.covers('b')).toBe(false);
    expect(reach.covers(null)).toBe(false);
    expect(() => requireOrg(reach, 'b')).toThrow('FORBIDDEN');
    expect(() => requireOrg(null, 'a')).toThrow('FORBIDDEN');
  });
  it('on own rows covers a row of the caller and no organization', () => {
    const reach = new Reach(false, [], true);
    expect(reach.covers('a')).toBe(false);
    expect(reach.coversRow({ orgId: 'a', userId: 'me' }, 'me')).toBe(true);
    expect(reach.coversRow({ orgId: 'a', userId: 'you' }, 'me')).toBe(false);
    expect(reach.coversRow({ orgId: 'a', userId: null }, null)).toBe(false);
  });
});
