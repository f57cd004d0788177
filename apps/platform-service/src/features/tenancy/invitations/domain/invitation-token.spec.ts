import { describe, expect, test } from '@jest/globals';
import { invitationTokenHash, newInvitationToken, tenantOfInvitationToken } from './invitation-token.js';

const tenant = '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f';

describe('the token of an invitation', () => {
  test('names its tenant and holds 256 bits that no other one has', () => {
    const tokens = Array.from({ length: 1000 }, () => newInvitationToken(tenant));
    expect(new Set(tokens).size).toBe(1000);
    for (const token of tokens) {
      expect(tenantOfInvitationToken(token)).toBe(tenant);
      expect(Buffer.from(token.slice(37), 'base64url')).toHaveLength(32);
    }
  });
  test.each(['', 'x', tenant, `${tenant}.short`, `${tenant}.${'a'.repeat(44)}`, `../etc.${'a'.repeat(43)}`])(
    '%p is none',
    (text) => expect(tenantOfInvitationToken(text)).toBeNull(),
  );
  test('is kept as its hash only', () => {
    expect(invitationTokenHash(newInvitationToken(tenant))).toHaveLength(32);
  });
});
