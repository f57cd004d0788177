import { createHmac } from 'node:crypto';
import { Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { AUTH_PASSWORD_LOCKED, AUTH_THROTTLED, normalizeEmail } from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { CONFIG, type PlatformConfig } from '../../config.js';
import { derivedKey, masterKeyOf } from '../../sealing.js';
import {
  type AttemptKind,
  type Attempts,
  afterFailure,
  isLocked,
  LOCKED_AT,
  networkOf,
  secondsToWait,
} from './domain/throttle.js';
import { ENSURE_ATTEMPTS, FIND_ATTEMPTS, FORGET_ATTEMPTS, LOCK_ATTEMPTS, NOTE_FAILURE } from './login-throttle.sql.js';

type AttemptsRow = Attempts & QueryResultRow;

/** What the failures of a sign-in are counted by. */
export interface ThrottleKeys {
  readonly account: Buffer;
  readonly network: Buffer | null;
}

/**
 * Makes guessing slow, for all instances together: by the address that was typed, whether there is such an account or
 * not, and by the network that the guesses come from. What was guessed while one has to wait counts for nothing, right
 * or wrong, so that guessing in parallel is worth no more than one after the other.
 */
@Injectable()
export class LoginThrottle {
  private readonly key: Buffer;

  constructor(@Inject(CONFIG) config: PlatformConfig) {
    this.key = derivedKey(masterKeyOf(config), 'login-throttle/v1');
  }

  keysOf(tx: Tx, email: string, ip: string | null): ThrottleKeys {
    const hashOf = (subject: string) => createHmac('sha256', this.key).update(`${tx.tenantId}/${subject}`).digest();
    return { account: hashOf(normalizeEmail(email)), network: ip === null ? null : hashOf(networkOf(ip)) };
  }

  /** Before a password is looked at. @throws Refusal AUTH_THROTTLED, AUTH_PASSWORD_LOCKED */
  async admit(tx: Tx, { account, network }: ThrottleKeys): Promise<void> {
    const rows = await tx.query<AttemptsRow & { kind: AttemptKind }>(FIND_ATTEMPTS, [tx.tenantId, account, network]);
    for (const row of rows) requireAdmitted(row.kind, row, tx.now);
  }

  /** The password was right. @throws Refusal like `admit`, when others have failed meanwhile */
  async passed(tx: Tx, { account }: ThrottleKeys): Promise<void> {
    const [row] = await tx.query<AttemptsRow>(LOCK_ATTEMPTS, [tx.tenantId, account]);
    if (!row) return;
    requireAdmitted('account', row, tx.now);
    await tx.query(FORGET_ATTEMPTS, [tx.tenantId, account]);
  }

  /** The password was wrong. Answers whether this was the failure that locked it. @throws Refusal like `passed` */
  async failed(tx: Tx, { account, network }: ThrottleKeys): Promise<{ locked: boolean }> {
    const after = await this.count(tx, 'account', account);
    if (network) await this.count(tx, 'network', network);
    return { locked: after.failures === LOCKED_AT };
  }

  /** Whoever has a new password begins anew. */
  async forgive(tx: Tx, email: string): Promise<void> {
    await tx.query(FORGET_ATTEMPTS, [tx.tenantId, this.keysOf(tx, email, null).account]);
  }

  private async count(tx: Tx, kind: AttemptKind, subject: Buffer): Promise<Attempts> {
    const values = [tx.tenantId, kind, subject, tx.now, tx.actorId];
    const before = await tx.one<AttemptsRow>(ENSURE_ATTEMPTS, values);
    requireAdmitted(kind, before, tx.now);
    const after = afterFailure(kind, before.failures === 0 ? null : before, tx.now);
    const { failures, lastFailureAt, blockedUntil } = after;
    await tx.query(NOTE_FAILURE, [tx.tenantId, kind, subject, failures, lastFailureAt, blockedUntil, tx.actorId]);
    return after;
  }
}

function requireAdmitted(kind: AttemptKind, attempts: Attempts, now: Date): void {
  if (isLocked(kind, attempts)) throw new Refusal(AUTH_PASSWORD_LOCKED);
  const retryAfter = secondsToWait(kind, attempts, now);
  if (retryAfter > 0) throw new Refusal(AUTH_THROTTLED, { retryAfter });
}
