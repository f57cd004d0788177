import { expect, test } from '@jest/globals';
import { newOpaqueToken, parseOpaqueToken } from './opaque-token.js';

const TENANT = '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f';

test('an opaque token names its tenant, is never the same twice, and is found by its hash', () => {
  const tokens = Array.from({ length: 1_000 }, () => newOpaqueToken(TENANT));
  expect(new Set(tokens.map(({ text }) => text)).size).toBe(1_000);
  for (const { text, hash } of tokens) expect(parseOpaqueToken(text)).toEqual({ tenantId: TENANT, hash });
  expect(tokens[0]?.hash).toHaveLength(32);
});

test.each([
  undefined,
  '',
  'x',
  TENANT,
  `${TENANT}.`,
  `${TENANT}.short`,
  `${TENANT}.${'a'.repeat(44)}`,
  `nobody.${'a'.repeat(43)}`,
  `${TENANT}.${'a'.repeat(43)}.b`,
  `${TENANT}.${'!'.repeat(43)}`,
  ` ${TENANT}.${'a'.repeat(43)}`,
  `${TENANT}.${'a'.repeat(43)}\n`,
  `${TENANT.toUpperCase()}.${'a'.repeat(43)}`,
])('%p is no token of ours', (text) => expect(parseOpaqueToken(text)).toBeNull());
