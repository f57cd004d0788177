import { FORBIDDEN, NOT_FOUND, Refusal } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { endSessionsOf } from '../end-sessions.js';
import { FactorNotices } from './factor-notices.js';
import { DROP_PENDING_TOTP, REMOVE_TOTP, REPLACE_RECOVERY_CODES } from './factors.sql.js';
import { requireFreshAuthentication } from './freshness.js';
import { lockHolder } from './holder.js';
import { REMOVE_PASSKEYS } from './passkeys.sql.js';
import { clearFailures } from './throttle.js';

interface Removed {
  id: string;
  version: number;
  [column: string]: unknown;
}

/** For somebody who has lost what they prove themselves with, by an administrator who knows them. */
@Injectable()
export class FactorResetService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly notices: FactorNotices,
  ) {}

  async reset(ctx: RequestContext, userId: string): Promise<void> {
    await this.work.run(ctx, async (tx) => {
      // One's own go by step-up and one by one, so that nobody locks themselves out.
      if (!tx.reach.tenant || userId === tx.actorId) throw new Refusal(FORBIDDEN);
      await requireFreshAuthentication(tx, ctx);
      await this.removeAll(tx, userId);
    });
  }

  private async removeAll(tx: Tx, userId: string): Promise<void> {
    const holder = await lockHolder(tx, userId);
    if (!holder) throw new Refusal(NOT_FOUND);
    const change = [tx.tenantId, userId, tx.now, tx.actorId];
    const apps = await tx.query<Removed>(REMOVE_TOTP, change);
    await tx.query(DROP_PENDING_TOTP, change);
    await tx.query(REPLACE_RECOVERY_CODES, change);
    const passkeys = await tx.query<Removed>(REMOVE_PASSKEYS, change);
    await clearFailures(tx, userId);
    for (const app of apps) this.notices.removed(tx, holder, 'totp', app);
    for (const passkey of passkeys) this.notices.removed(tx, holder, 'passkey', passkey);
    tx.audit({
      action: 'platform.user.reset-factors',
      entity: { type: 'user', id: userId },
      changes: { totp: apps.length, passkeys: passkeys.length },
    });
    if (holder.kind === 'person') await this.notices.mail(tx, holder, { kind: 'factors_reset' });
    await endSessionsOf(tx, userId, 'factors_changed');
  }
}
