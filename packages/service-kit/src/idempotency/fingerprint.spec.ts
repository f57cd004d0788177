import { expect, test } from '@jest/globals';
import { fingerprintOf } from './idempotency.js';

test('a fingerprint tells requests apart, whatever the order of their properties', () => {
  expect(fingerprintOf({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(fingerprintOf({ b: [{ d: 3, c: 2 }], a: 1 }));
  expect(fingerprintOf({ a: 1 })).not.toBe(fingerprintOf({ a: 2 }));
  expect(fingerprintOf({ a: [1, 2] })).not.toBe(fingerprintOf({ a: [2, 1] }));
});

test('a fingerprint says nothing of a password, at whatever depth', () => {
  expect(fingerprintOf({ email: 'a', password: 'one' })).toBe(fingerprintOf({ email: 'a', password: 'two' }));
  expect(fingerprintOf({ key: 'a', clientSecret: 'one' })).toBe(fingerprintOf({ key: 'a', clientSecret: 'two' }));
  const tenant = (password: string) => ({ slug: 'a', administrator: { email: 'b', password } });
  expect(fingerprintOf(tenant('one'))).toBe(fingerprintOf(tenant('two')));
});
