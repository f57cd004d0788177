import { hash, verify } from '@node-rs/argon2';

/** argon2id (the library's default) at OWASP's and ASVS's floor for two passes; the most that two cores can carry. */
const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export const MIN_PASSWORD_LENGTH = 15;

/** The same password typed on another keyboard is the same password (SP 800-63B). */
const normalized = (password: string): string => password.normalize('NFKC');

export const longEnough = (password: string): boolean => [...normalized(password)].length >= MIN_PASSWORD_LENGTH;

export const hashPassword = (password: string): Promise<string> => hash(normalized(password), OPTIONS);

export const passwordMatches = (passwordHash: string, password: string): Promise<boolean> =>
  verify(passwordHash, normalized(password));
