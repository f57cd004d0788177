import type { Locale } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Vault } from '../secrets/vault.js';
import { INSERT_MAIL, mailContent } from './mail.sql.js';
import { MailWorker } from './mail.worker.js';

export interface NewMail {
  /** Address as it is stored. */
  readonly to: string;
  readonly locale: Locale;
  readonly subject: string;
  /** Plain text. */
  readonly body: string;
  /** The address goes with the mail: its owner was erased. */
  readonly forget?: boolean;
}

/** Mails of PLATFORM to people: written in the transaction that is the reason for them, sent after its commit. */
@Injectable()
export class Mails {
  constructor(
    private readonly vault: Vault,
    private readonly worker: MailWorker,
  ) {}

  async queue(tx: Tx, { to, locale, subject, body, forget = false }: NewMail): Promise<void> {
    const id = uuidv7();
    const sealed = await this.vault.seal(tx, JSON.stringify({ subject, body }), mailContent(id));
    await tx.query(INSERT_MAIL, [tx.tenantId, id, to, locale, sealed, tx.now, tx.actorId, forget]);
    tx.afterCommit(() => this.worker.wake());
  }
}
