import { describe, expect, test } from '@jest/globals';
import { totpCode } from '@kit/testing/outside';
import fc from 'fast-check';
import { newRecoveryCode, recoveryCodeHash } from './recovery-code.js';
import { failedOnceMore, waitOf } from './throttle.js';
import { looksLikeTotp, newTotpSecret, stepOf, totpUri } from './totp.js';
import { assertionOf, clientDataOf, registrationOf } from './webauthn-json.js';

const NOW = new Date('2026-03-01T12:00:10Z');

describe('a code of an authenticator app', () => {
  // RFC 6238, appendix B, SHA-1, the last six of its eight digits.
  const rfc = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  test.each([
    [59, '287082', 1],
    [1111111109, '081804', 37037036],
    [2000000000, '279037', 66666666],
  ])('is the one of RFC 6238 at %d s', (seconds, code, step) => {
    expect(stepOf(rfc, code, new Date(seconds * 1000))).toBe(step);
  });

  test('is accepted one step early and one step late, and no more', () => {
    const secret = newTotpSecret();
    const current = Math.floor(NOW.getTime() / 30_000);
    const steps = [-2, -1, 0, 1, 2].map((at) => stepOf(secret, totpCode(secret, NOW, at), NOW));
    expect(steps).toEqual([null, current - 1, current, current + 1, null]);
  });

  test('may be typed in two groups, and is nothing else than six digits', () => {
    const secret = newTotpSecret();
    const code = totpCode(secret, NOW);
    expect(stepOf(secret, `${code.slice(0, 3)} ${code.slice(3)}`, NOW)).not.toBeNull();
    expect(looksLikeTotp('12345')).toBe(false);
    for (const wrong of ['', '12345', '1234567', 'abcdef', '１２３４５６'])
      expect(stepOf(secret, wrong, NOW)).toBeNull();
  });

  test('is shown to apps as otpauth knows it', () => {
    const uri = new URL(totpUri('JBSWY3DPEHPK3PXP', 'Fjell & Co', 'kari@example.no'));
    expect(uri.protocol).toBe('otpauth:');
    expect(Object.fromEntries(uri.searchParams)).toMatchObject({ secret: 'JBSWY3DPEHPK3PXP', issuer: 'Fjell & Co' });
  });
});

test('a recovery code is found however it is typed', () => {
  const code = newRecoveryCode();
  expect(code).toMatch(/^([0-9a-z]{7}-){3}[0-9a-z]{7}$/);
  const hash = recoveryCodeHash(code);
  for (const typed of [code.toUpperCase(), code.replaceAll('-', ''), ` ${code.replaceAll('-', ' ')} `]) {
    expect(recoveryCodeHash(typed).equals(hash)).toBe(true);
  }
  expect(recoveryCodeHash(code.replaceAll('0', 'O').replaceAll('1', 'l')).equals(hash)).toBe(true);
});

describe('the delay after wrong proofs', () => {
  test('grows from the fifth on, up to an hour, and ends all at a hundred', () => {
    let failures = { failures: 0, blockedUntil: null as Date | null };
    const waits = Array.from({ length: 100 }, () => {
      failures = failedOnceMore(failures, NOW) as typeof failures;
      return waitOf(failures, NOW);
    });
    expect(waits.slice(0, 13)).toEqual([0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
    expect(waits[98]).toBe(3600);
    expect(waits[99]).toBeNull();
  });

  test('is over when it is over', () => {
    const failures = { failures: 5, blockedUntil: new Date(NOW.getTime() + 30_000) };
    expect(waitOf(failures, new Date(NOW.getTime() + 29_001))).toBe(1);
    expect(waitOf(failures, new Date(NOW.getTime() + 30_000))).toBe(0);
  });
});

test('whatever a page sends in place of a credential is refused, not a fault', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('id', 'rawId', 'type', 'response'), fc.anything()), (json) => {
      expect(registrationOf(json)).toBeNull();
      expect(assertionOf(json)).toBeNull();
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(clientDataOf(Buffer.from(text).toString('base64url'))).toBeNull();
    }),
  );
});
