import { isPermanent, LOGGER, type Logger, Mailer, nextAttemptIn, QueueWorker, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { Vault } from '../secrets/vault.js';
import { CLAIM_MAILS, MARK_MAIL_FAILED, MARK_MAIL_SENT, mailContent } from './mail.sql.js';

const BATCH = 10;
/** Longer than the mailer may take for a batch, or a slow mail server would get everything twice. */
const CLAIM_SECONDS = 60;

interface ClaimedMail {
  tenantId: string;
  id: string;
  recipient: string;
  locale: string;
  sealed: string;
  attempts: number;
  tenantName: string;
}

/** Sends the mails of all tenants. At least once, always under the same Message-ID. */
@Injectable()
export class MailWorker extends QueueWorker<ClaimedMail> {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: DataSource,
    private readonly mailer: Mailer,
    private readonly vault: Vault,
    @Inject(LOGGER) log: Logger,
  ) {
    super('mails', log);
  }

  protected override async claim(): Promise<ClaimedMail[]> {
    // TypeORM answers [rows, count] for an UPDATE.
    const [rows] = (await this.database.query(CLAIM_MAILS, [BATCH, CLAIM_SECONDS])) as [ClaimedMail[], number];
    return rows;
  }

  protected override async work(mail: ClaimedMail): Promise<void> {
    const { tenantId, id, attempts, sealed } = mail;
    try {
      const content = await this.vault.openIn(tenantId, sealed, mailContent(id));
      await this.mailer.send({ ...mail, ...JSON.parse(content.reveal()) });
    } catch (error) {
      const wait = nextAttemptIn(attempts, isPermanent(error));
      const why = String((error as Error).message).slice(0, 500);
      const log = { err: error, mail: id, attempts };
      if (wait === null) this.log.error(log, 'a mail could not be delivered and is given up');
      else this.log.warn({ ...log, retryInSeconds: wait }, 'a mail could not be delivered yet');
      await this.database.query(MARK_MAIL_FAILED, [tenantId, id, why, wait]);
      return;
    }
    await this.database.query(MARK_MAIL_SENT, [tenantId, id]);
  }
}
