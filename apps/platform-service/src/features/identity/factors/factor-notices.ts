import type { Tx } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { type FactorKind, factorAdded, factorRemoved } from '@platform/contracts';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import { Mails } from '../../../mail/index.js';
import { type Notice, noticeMail } from './factors.mails.js';
import type { Holder } from './holder.js';

/** A factor as facts name it. */
interface Factor {
  readonly id: string;
  readonly version: number;
}

/** What follows from a change of somebody's factors: the fact, the audit record, and a mail to them. */
@Injectable()
export class FactorNotices {
  constructor(
    private readonly mails: Mails,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {}

  added(tx: Tx, holder: Holder, kind: FactorKind, { id, version }: Factor): void {
    tx.emit(factorAdded, { id, version, data: { userId: holder.id, kind } });
    this.audited(tx, holder, 'platform.factor.add', kind, id);
  }

  removed(tx: Tx, holder: Holder, kind: FactorKind, { id, version }: Factor): void {
    tx.emit(factorRemoved, { id, version, data: { userId: holder.id, kind } });
    this.audited(tx, holder, 'platform.factor.remove', kind, id);
  }

  async mail(tx: Tx, holder: Holder, notice: Notice): Promise<void> {
    const link = this.config.appUrl.replaceAll('{tenant}', holder.slug);
    await this.mails.queue(tx, {
      to: holder.email,
      locale: holder.locale,
      ...noticeMail(notice, holder.locale, link),
    });
  }

  private audited(tx: Tx, holder: Holder, action: string, kind: FactorKind, id: string): void {
    tx.audit({ action, entity: { type: kind, id }, actor: actorOf(tx, holder), changes: { userId: holder.id } });
  }
}

/** Whoever is signing in has no token yet, but is known by now. */
export const actorOf = (tx: Tx, holder: Pick<Holder, 'id'>) =>
  tx.origin.actor.kind === 'anonymous' ? { kind: 'user' as const, id: holder.id } : tx.origin.actor;
