import { type ErrorCode, type FieldError, Refusal } from '@kit/contracts';
import { PASSWORD_COMMON, PASSWORD_PREDICTABLE, PASSWORD_TOO_SHORT } from '@platform/contracts';

/** SP 800-63B-4, 3.1.1.2: where the password is all there is, and where it is one of two factors. */
export const MIN_LENGTH = 15;
export const MIN_LENGTH_WITH_SECOND_FACTOR = 8;

/** A name that short stands in many a good password. */
const MIN_WORD_LENGTH = 4;
/** So much must be left of a password when the names are taken out of it. */
const MIN_REST = 6;
/** What is but a few characters over and over is not worth its length. */
const SHORTEST_UNIT = 4;

/** The same password typed on another keyboard is the same password. */
export const normalizedPassword = (password: string): string => password.normalize('NFKC');

export interface PasswordRules {
  readonly hasSecondFactor: boolean;
  /** Names that others can guess: of the user, the tenant, the products. */
  readonly words: readonly string[];
  readonly isCommon: (password: string) => boolean;
}

/** Everything that speaks against a new password. No rule asks for kinds of characters, none for a change now and then. */
export function passwordFaults(password: string, { hasSecondFactor, words, isCommon }: PasswordRules): ErrorCode[] {
  const normalized = normalizedPassword(password);
  const folded = normalized.toLowerCase();
  const faults: ErrorCode[] = [];
  if ([...normalized].length < minLength(hasSecondFactor)) faults.push(PASSWORD_TOO_SHORT);
  if (disguises(folded).some(isCommon)) faults.push(PASSWORD_COMMON);
  if (unitOf(folded).length < SHORTEST_UNIT || isSeries(folded) || isNearlyOf(folded, words)) {
    faults.push(PASSWORD_PREDICTABLE);
  }
  return faults;
}

/** @throws Refusal the first fault, with all of them as `errors` */
export function requireGoodPassword(password: string, rules: PasswordRules): void {
  const faults = passwordFaults(password, rules);
  const [first] = faults;
  if (!first) return;
  const errors: FieldError[] = faults.map(({ code, text }) => ({ path: 'password', code, message: text.en }));
  throw new Refusal(first, { errors, details: { minLength: minLength(rules.hasSecondFactor) } });
}

/** Whether it is good beside a second factor only. */
export const needsSecondFactor = (password: string): boolean => [...normalizedPassword(password)].length < MIN_LENGTH;

const minLength = (hasSecondFactor: boolean): number => (hasSecondFactor ? MIN_LENGTH_WITH_SECOND_FACTOR : MIN_LENGTH);

/** The password itself, what it repeats, and both without the digits and signs people put at the end to please rules. */
function disguises(folded: string): string[] {
  const bare = (text: string) => text.replace(/[^\p{L}]+$/u, '');
  const all = [folded, unitOf(folded), bare(folded), bare(unitOf(folded)), unitOf(bare(folded))];
  return [...new Set(all)].filter((text) => text.length >= SHORTEST_UNIT);
}

/** `passwordpassword` is `password` twice. */
function unitOf(text: string): string {
  const length = (text + text).indexOf(text, 1);
  return text.slice(0, length);
}

/** `123456789012345`, `abcdefghijklmnop`, `9876543210`: each character follows from the one before. */
function isSeries(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) as number);
  if (codes.length < 2) return true;
  const steps = codes.slice(1).map((code, at) => {
    const step = code - (codes[at] as number);
    // After 9 comes 0.
    return step === -9 || step === 9 ? -Math.sign(step) : step;
  });
  return steps.every((step) => step === steps[0]) && Math.abs(steps[0] as number) <= 1;
}

const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

/** Is there next to nothing left without the names? */
function isNearlyOf(folded: string, words: readonly string[]): boolean {
  const named = words
    .flatMap((word) => [plain(word), ...word.split(/[^\p{L}\p{N}]+/u).map(plain)])
    .filter((word) => word.length >= MIN_WORD_LENGTH)
    .sort((a, b) => b.length - a.length);
  let rest = plain(folded);
  for (const word of named) rest = rest.replaceAll(word, '');
  return rest.length < MIN_REST && rest.length < plain(folded).length;
}
