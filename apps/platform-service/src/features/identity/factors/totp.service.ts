import { Refusal } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type ConfirmTotp,
  MFA_NOT_ACTIVE,
  type RecoveryCodes,
  TOTP_ALREADY_ACTIVE,
  TOTP_CODE_INVALID,
  type TotpEnrolment,
} from '@platform/contracts';
import { endSessionsOf } from '../end-sessions.js';
import { changingFactors } from './changing-factors.js';
import { Codes } from './codes.js';
import { FactorNotices } from './factor-notices.js';
import { REMOVE_TOTP, REPLACE_RECOVERY_CODES } from './factors.sql.js';
import type { Holder } from './holder.js';
import { clearFailures } from './throttle.js';

/** The authenticator app and the recovery codes of whoever is signed in. */
@Injectable()
export class TotpService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly codes: Codes,
    private readonly notices: FactorNotices,
  ) {}

  begin(ctx: RequestContext): Promise<TotpEnrolment> {
    return this.changing(ctx, async (tx, holder) => {
      if (holder.totp_id) throw new Refusal(TOTP_ALREADY_ACTIVE);
      return this.codes.enrol(tx, holder);
    });
  }

  confirm(ctx: RequestContext, { code }: ConfirmTotp): Promise<RecoveryCodes> {
    return this.changing(ctx, async (tx, holder) => {
      if (!(await this.codes.confirm(tx, holder, code))) throw new Refusal(TOTP_CODE_INVALID);
      return { codes: await this.codes.renewRecoveryCodes(tx, holder) };
    });
  }

  remove(ctx: RequestContext): Promise<void> {
    return this.changing(ctx, async (tx, holder) => {
      const [removed] = await tx.query<{ id: string; version: number }>(REMOVE_TOTP, [
        tx.tenantId,
        holder.id,
        tx.now,
        holder.id,
      ]);
      if (!removed) throw new Refusal(MFA_NOT_ACTIVE);
      await tx.query(REPLACE_RECOVERY_CODES, [tx.tenantId, holder.id, tx.now, holder.id]);
      await clearFailures(tx, holder.id);
      this.notices.removed(tx, holder, 'totp', removed);
      await this.notices.mail(tx, holder, { kind: 'totp_removed' });
      await endSessionsOf(tx, holder.id, 'factors_changed', userOf(ctx).sessionId);
    });
  }

  renewRecoveryCodes(ctx: RequestContext): Promise<RecoveryCodes> {
    return this.changing(ctx, async (tx, holder) => {
      if (!holder.totp_id) throw new Refusal(MFA_NOT_ACTIVE);
      const codes = await this.codes.renewRecoveryCodes(tx, holder);
      tx.audit({ action: 'platform.recovery-codes.renew', entity: { type: 'user', id: holder.id } });
      await this.notices.mail(tx, holder, { kind: 'recovery_codes_renewed' });
      return { codes };
    });
  }

  private changing<T>(ctx: RequestContext, change: (tx: Tx, holder: Holder) => Promise<T>): Promise<T> {
    return changingFactors(this.work, ctx, change);
  }
}
