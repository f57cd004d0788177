import type { KidAlgorithm } from '@digilist/contracts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isAccountNumber, isKid, isOrganizationNumber, kidOf } from './check-digits.js';

const algorithms: readonly KidAlgorithm[] = ['MOD10', 'MOD11'];
const algorithm = fc.constantFrom(...algorithms);

describe('a KID', () => {
  it.each([
    // Worked examples of the banks: 1234567 gives 4 by MOD10; 12345678 gives 5 by MOD11.
    [1_234_567, 8, 'MOD10', '12345674'],
    [12_345_678, 9, 'MOD11', '123456785'],
    [1, 2, 'MOD10', '18'],
    [42, 10, 'MOD10', '0000000422'],
  ] as const)('of %i with %i digits by %s is %s', (number, length, by, kid) => {
    expect(kidOf(number, length, by)).toBe(kid);
    expect(isKid(kid, by)).toBe(true);
  });

  it('ends in a hyphen where MOD11 has no digit, as banks write it', () => {
    const kids = Array.from({ length: 30 }, (_, n) => kidOf(n + 1, 5, 'MOD11') as string);
    expect(kids.filter((kid) => kid.endsWith('-')).length).toBeGreaterThan(0);
    for (const kid of kids) expect(isKid(kid, 'MOD11')).toBe(true);
  });

  it('has the length that was agreed, or is none at all', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        fc.integer({ min: 2, max: 25 }),
        algorithm,
        (number, length, by) => {
          const kid = kidOf(number, length, by);
          if (String(number).length < length) expect(kid).toHaveLength(length);
          else expect(kid).toBeNull();
        },
      ),
    );
  });

  it('tells different numbers apart', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 99_999 }), { minLength: 2, maxLength: 2 }),
        algorithm,
        ([a, b], by) => {
          expect(kidOf(a as number, 8, by)).not.toBe(kidOf(b as number, 8, by));
        },
      ),
    );
  });

  it('with any one digit wrong is none', () => {
    const place = fc.nat();
    const change = fc.integer({ min: 1, max: 9 });
    const number = fc.integer({ min: 1, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(number, fc.integer({ min: 11, max: 25 }), algorithm, place, change, (value, length, by, at, by9) => {
        const kid = kidOf(value, length, by) as string;
        const wrong = at % kid.length;
        const digit = kid[wrong] === '-' ? String(by9) : String((Number(kid[wrong]) + by9) % 10);
        expect(isKid(kid.slice(0, wrong) + digit + kid.slice(wrong + 1), by)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('numbers with a check digit', () => {
  it.each(['974760673', '889640782', '923609016'])('%s is an organization number', (number) =>
    expect(isOrganizationNumber(number)).toBe(true),
  );
  it.each(['974760674', '97476067', '9747606733', '174760673', '97476067a', ''])('%j is none', (number) =>
    expect(isOrganizationNumber(number)).toBe(false),
  );
  it.each(['86011117947', '12345678903'])('%s is an account number', (number) =>
    expect(isAccountNumber(number)).toBe(true),
  );
  it.each(['86011117948', '8601111794', '8601.11.17947'])('%j is none', (number) =>
    expect(isAccountNumber(number)).toBe(false),
  );
});
