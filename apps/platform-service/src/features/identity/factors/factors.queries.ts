import { AUTH_REQUIRED, Refusal } from '@kit/contracts';
import { type RequestContext, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type { Factors } from '@platform/contracts';
import { readHolder } from './holder.js';
import { mfaDemanded } from './mfa-demanded.js';

@Injectable()
export class FactorsQueries {
  constructor(private readonly work: UnitOfWork) {}

  list(ctx: RequestContext): Promise<Factors> {
    return this.work.run(ctx, async (tx) => {
      const holder = await readHolder(tx, userOf(ctx).userId);
      if (!holder) throw new Refusal(AUTH_REQUIRED);
      const { totp_id: id, totp_confirmed_at: confirmedAt } = holder;
      return {
        totp: id !== null && confirmedAt !== null ? { id, confirmedAt: confirmedAt.toISOString() } : null,
        recoveryCodesLeft: holder.recovery_codes,
        passkeys: holder.passkeys,
        required: await mfaDemanded(tx),
      };
    });
  }
}
