import { randomBytes } from 'node:crypto';
import { sha256 } from '../../../../opaque-token.js';

export const RECOVERY_CODES = 10;
const GROUPS = 4;
const GROUP_LENGTH = 7;
/** Crockford's: nothing that looks like something else. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** 140 random bits, so that a plain hash keeps it. */
export function newRecoveryCode(): string {
  const letters = [...randomBytes(GROUPS * GROUP_LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return Array.from({ length: GROUPS }, (_, at) => letters.slice(at * GROUP_LENGTH, (at + 1) * GROUP_LENGTH)).join('-');
}

/** However it was typed. */
export const recoveryCodeHash = (code: string): Buffer =>
  sha256(code.toLowerCase().replace(/[\s-]/g, '').replaceAll('o', '0').replace(/[il]/g, '1'));
