import type { KidAlgorithm } from '@digilist/contracts';

/** Luhn: every second digit counts double, from the right. */
function mod10(digits: string): string {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]);
    const doubled = at % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return String((10 - (sum % 10)) % 10);
}

/** Weights 2 to 7, over and over, from the right. null: no digit makes the sum come out. */
function mod11(digits: string): string | null {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) sum += Number(digits[digits.length - 1 - at]) * (2 + (at % 6));
  const rest = (11 - (sum % 11)) % 11;
  return rest === 10 ? null : String(rest);
}

/** Banks write a hyphen where MOD11 has no digit. */
const checkOf = (digits: string, algorithm: KidAlgorithm): string =>
  algorithm === 'MOD10' ? mod10(digits) : (mod11(digits) ?? '-');

/** The number, padded to the length agreed with the bank, and its check digit. null: the number is too long for it. */
export function kidOf(number: number, length: number, algorithm: KidAlgorithm): string | null {
  const digits = String(number).padStart(length - 1, '0');
  return digits.length === length - 1 ? digits + checkOf(digits, algorithm) : null;
}

export const isKid = (kid: string, algorithm: KidAlgorithm): boolean =>
  /^\d{1,24}[\d-]$/.test(kid) && checkOf(kid.slice(0, -1), algorithm) === kid.at(-1);

const endsInMod11 = (digits: string, length: number): boolean =>
  digits.length === length && /^\d+$/.test(digits) && mod11(digits.slice(0, -1)) === digits.at(-1);

/** As in Enhetsregisteret. */
export const isOrganizationNumber = (digits: string): boolean => endsInMod11(digits, 9) && /^[89]/.test(digits);

/** Of a Norwegian bank. */
export const isAccountNumber = (digits: string): boolean => endsInMod11(digits, 11);
