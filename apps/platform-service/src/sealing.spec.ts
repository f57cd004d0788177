import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Secret } from '@kit/service';
import { derivedKey, masterKeyOf, seal, unseal } from './sealing.js';

const key = randomBytes(32);

describe('sealing', () => {
  test('opens what it sealed, for the row it was bound to', () => {
    const sealed = seal(key, Buffer.from('secret'), 'row-1');
    expect(unseal(key, sealed, 'row-1').toString()).toBe('secret');
    expect(() => unseal(key, sealed, 'row-2')).toThrow();
    expect(() => unseal(derivedKey(key, 'other'), sealed, 'row-1')).toThrow();
  });

  test('opens nothing that was changed in a single bit', () => {
    const sealed = seal(key, Buffer.from('secret'), 'row-1');
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] as number) ^ 1;
      expect(() => unseal(key, changed, 'row-1')).toThrow();
    }
  });

  test('never seals the same text to the same bytes', () => {
    expect(seal(key, Buffer.from('x'), 'row')).not.toEqual(seal(key, Buffer.from('x'), 'row'));
  });

  test('says how to make a master key when the configured one is too short', () => {
    expect(() => masterKeyOf({ masterKey: new Secret('c2hvcnQ=') })).toThrow(/openssl rand -base64 32/);
  });
});
