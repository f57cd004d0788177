import { Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { TOTP_NOT_STARTED, type TotpEnrolment } from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { type Place, Vault } from '../../../secrets/index.js';
import { newRecoveryCode, RECOVERY_CODES, recoveryCodeHash } from './domain/recovery-code.js';
import { looksLikeTotp, newTotpSecret, stepOf, totpUri } from './domain/totp.js';
import { actorOf, FactorNotices } from './factor-notices.js';
import {
  ACCEPT_STEP,
  ACTIVATE_TOTP,
  DROP_PENDING_TOTP,
  FIND_TOTP,
  INSERT_RECOVERY_CODES,
  INSERT_TOTP,
  REPLACE_RECOVERY_CODES,
  USE_RECOVERY_CODE,
} from './factors.sql.js';
import type { Holder } from './holder.js';
import { clearFailures, countFailure, failuresOf, throttled } from './throttle.js';

const ENROLMENT_MS = 15 * 60_000;

interface TotpRow extends QueryResultRow {
  id: string;
  secret_sealed: string;
  created_at: Date;
}

/** Which kind of code was right, or why none was looked at. */
export type CodeProof = 'otp' | 'rec' | 'wrong' | Refusal;

/** Codes of authenticator apps and recovery codes. All of it with the holder locked. */
@Injectable()
export class Codes {
  constructor(
    private readonly vault: Vault,
    private readonly notices: FactorNotices,
  ) {}

  /** A new secret, to be confirmed by a code; one begun before is dropped. */
  async enrol(tx: Tx, holder: Holder): Promise<TotpEnrolment> {
    const id = uuidv7();
    const secret = newTotpSecret();
    const sealed = await this.vault.seal(tx, secret, secretOf(id, holder.id));
    await tx.query(DROP_PENDING_TOTP, [tx.tenantId, holder.id, tx.now, holder.id]);
    await tx.query(INSERT_TOTP, [tx.tenantId, id, holder.id, sealed, tx.now, holder.id]);
    tx.audit({ action: 'platform.totp.begin', entity: { type: 'user', id: holder.id }, actor: actorOf(tx, holder) });
    return {
      secret,
      uri: totpUri(secret, holder.tenant_name, holder.email),
      expiresAt: new Date(tx.now.getTime() + ENROLMENT_MS).toISOString(),
    };
  }

  /**
   * Makes the app begun with a factor if the code is of it; that code cannot sign in any more.
   * @throws Refusal TOTP_NOT_STARTED
   */
  async confirm(tx: Tx, holder: Holder, code: string): Promise<boolean> {
    const [pending] = await tx.query<TotpRow>(FIND_TOTP, [tx.tenantId, holder.id, 'pending']);
    if (!pending || tx.now.getTime() - pending.created_at.getTime() >= ENROLMENT_MS) {
      throw new Refusal(TOTP_NOT_STARTED);
    }
    const step = await this.stepOf(tx, holder, pending, code);
    if (step === null) return false;
    const [active] = await tx.query<{ id: string; version: number }>(ACTIVATE_TOTP, [
      tx.tenantId,
      pending.id,
      tx.now,
      step,
      holder.id,
    ]);
    if (!active) throw new Refusal(TOTP_NOT_STARTED);
    this.notices.added(tx, holder, 'totp', active);
    await this.notices.mail(tx, holder, { kind: 'totp_added' });
    return true;
  }

  /** Ten new ones; the old set dies. */
  async renewRecoveryCodes(tx: Tx, holder: Holder): Promise<string[]> {
    const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
    await tx.query(REPLACE_RECOVERY_CODES, [tx.tenantId, holder.id, tx.now, tx.actorId]);
    await tx.query(INSERT_RECOVERY_CODES, [tx.tenantId, holder.id, codes.map(recoveryCodeHash), tx.now, tx.actorId]);
    return codes;
  }

  /** Takes a code once. A wrong one counts against the user; answers instead of throwing, so that it is kept. */
  async take(tx: Tx, holder: Holder, code: string): Promise<CodeProof> {
    return looksLikeTotp(code) ? this.takeTotp(tx, holder, code) : this.takeRecoveryCode(tx, holder, code);
  }

  private async takeTotp(tx: Tx, holder: Holder, code: string): Promise<CodeProof> {
    const failures = await failuresOf(tx, holder.id, 'totp');
    const refused = throttled(failures, tx.now);
    if (refused) return refused;
    const [active] = await tx.query<TotpRow>(FIND_TOTP, [tx.tenantId, holder.id, 'active']);
    const step = active ? await this.stepOf(tx, holder, active, code) : null;
    const accepted = active && step !== null ? await tx.query(ACCEPT_STEP, [tx.tenantId, active.id, step, tx.now]) : [];
    if (accepted.length === 0) {
      await countFailure(tx, holder.id, 'totp', failures);
      return 'wrong';
    }
    await clearFailures(tx, holder.id);
    return 'otp';
  }

  /** Nobody guesses 140 bits, so a throttled user gets in by one. */
  private async takeRecoveryCode(tx: Tx, holder: Holder, code: string): Promise<CodeProof> {
    const [used] = await tx.query(USE_RECOVERY_CODE, [tx.tenantId, holder.id, recoveryCodeHash(code), tx.now]);
    if (!used) return 'wrong';
    await clearFailures(tx, holder.id);
    await this.notices.mail(tx, holder, { kind: 'recovery_code_used', left: holder.recovery_codes - 1 });
    return 'rec';
  }

  private async stepOf(tx: Tx, holder: Holder, row: TotpRow, code: string): Promise<number | null> {
    const secret = await this.vault.open(tx, row.secret_sealed, secretOf(row.id, holder.id));
    return stepOf(secret.reveal(), code, tx.now);
  }
}

const secretOf = (id: string, userId: string): Place => ({
  table: 'totp_factors',
  column: 'secret_sealed',
  row: id,
  subject: userId,
});
