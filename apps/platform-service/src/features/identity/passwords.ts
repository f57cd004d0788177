import { randomBytes } from 'node:crypto';
import { Refusal } from '@kit/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { AUTH_BUSY } from '@platform/contracts';
import { CONFIG, type PlatformConfig } from '../../config.js';
import { Bulkhead } from './bulkhead.js';
import { isCommonPassword } from './common-passwords.js';
import { hashPassword, isOutdated, passwordMatches } from './domain/password-hash.js';
import { requireGoodPassword } from './domain/password-policy.js';

/** For whom a password is. */
export interface PasswordFor {
  /** Names that others can guess, as `guessableWords` reads them. */
  readonly words: readonly string[];
  readonly hasSecondFactor?: boolean;
}

/** Password hashing behind a bulkhead of its own: a storm of sign-ins waits here and leaves the cores to the others. */
@Injectable()
export class Passwords {
  private readonly bulkhead: Bulkhead;
  private readonly nobodys = hashPassword(randomBytes(16).toString('base64'));

  constructor(@Inject(CONFIG) config: PlatformConfig) {
    this.bulkhead = new Bulkhead(config.hashConcurrency, config.hashQueue);
  }

  /**
   * Hash of a new password.
   * @throws Refusal PASSWORD_TOO_SHORT, PASSWORD_COMMON, PASSWORD_PREDICTABLE, AUTH_BUSY
   */
  async hash(password: string, { words, hasSecondFactor = false }: PasswordFor = { words: [] }): Promise<string> {
    requireGoodPassword(password, { words, hasSecondFactor, isCommon: isCommonPassword });
    return this.guarded(() => hashPassword(password));
  }

  /**
   * Whether the password is right. Without a hash to compare with it takes as long and answers no, so that nobody
   * learns from the clock which accounts exist.
   * @throws Refusal AUTH_BUSY
   */
  async matches(passwordHash: string | null, password: string): Promise<boolean> {
    const against = passwordHash ?? (await this.nobodys);
    const matches = await this.guarded(() => passwordMatches(against, password));
    return matches && passwordHash !== null;
  }

  /** A hash of today's strength for a password whose own is weaker; null when it is not, or when there is no time now. */
  async renewed(passwordHash: string, password: string): Promise<string | null> {
    if (!isOutdated(passwordHash) || this.bulkhead.full) return null;
    return this.bulkhead.run(() => hashPassword(password));
  }

  private guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.bulkhead.full) throw new Refusal(AUTH_BUSY, { retryAfter: 1 });
    return this.bulkhead.run(work);
  }
}
