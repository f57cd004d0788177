import { hash, verify } from '@node-rs/argon2';
import { normalizedPassword } from './password-policy.js';

/** argon2id (the library's default) at OWASP's and ASVS's floor for two passes; the most that two cores can carry. */
export const HASH_OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const hashPassword = (password: string, options = HASH_OPTIONS): Promise<string> =>
  hash(normalizedPassword(password), options);

export const passwordMatches = (passwordHash: string, password: string): Promise<boolean> =>
  verify(passwordHash, normalizedPassword(password));

/** Was it hashed with less than what we ask today? */
export function isOutdated(passwordHash: string): boolean {
  const [, memory, time] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$/.exec(passwordHash) ?? [];
  return Number(memory ?? 0) < HASH_OPTIONS.memoryCost || Number(time ?? 0) < HASH_OPTIONS.timeCost;
}
