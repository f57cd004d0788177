import { isPermanent, LOGGER, type Logger, Mailer, nextAttemptIn, QueueWorker, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { htmlOf } from '../domain/html.js';
import { SmsOfTenants } from '../sms/sms-of-tenants.js';
import { SmsRefused } from '../sms/sms-sender.js';
import { CLAIM_DELIVERIES, type ClaimedDelivery, MARK_FAILED, MARK_SENT } from './deliveries.sql.js';

const BATCH = 10;
/** Longer than sending a batch may take, or a slow mail server would get everything twice. */
const CLAIM_SECONDS = 60;

/**
 * Sends what committed transactions have left to send. At least once: a process that dies between the other side's "ok"
 * and our own note of it leaves a message that is sent again; a mail under the same Message-ID, by which mail systems
 * know it.
 */
@Injectable()
export class DeliveryWorker extends QueueWorker<ClaimedDelivery> {
  constructor(
    /** Deliveries of all tenants: no request ever runs here. */
    @Inject(SYSTEM_DATABASE) private readonly database: DataSource,
    private readonly mailer: Mailer,
    private readonly sms: SmsOfTenants,
    @Inject(LOGGER) log: Logger,
  ) {
    super('deliveries', log);
  }

  protected override async claim(): Promise<ClaimedDelivery[]> {
    // TypeORM answers [rows, count] for an UPDATE.
    const [rows] = (await this.database.query(CLAIM_DELIVERIES, [BATCH, CLAIM_SECONDS])) as [ClaimedDelivery[], number];
    return rows;
  }

  protected override async work(delivery: ClaimedDelivery): Promise<void> {
    const { tenantId, id, attempts } = delivery;
    let messageId: string;
    try {
      messageId = await this.send(delivery);
    } catch (error) {
      await this.failed(delivery, error);
      return;
    }
    await this.database.query(MARK_SENT, [tenantId, id, attempts, messageId]);
  }

  private send(delivery: ClaimedDelivery): Promise<string> {
    const { channel, tenantId, smsIntegrationId, recipient, body } = delivery;
    if (channel === 'sms') return this.sms.send(tenantId, smsIntegrationId, { to: recipient, text: body });
    return this.mailer.send({ ...delivery, html: htmlOf(delivery) });
  }

  private async failed({ tenantId, id, attempts }: ClaimedDelivery, error: unknown): Promise<void> {
    const wait = nextAttemptIn(attempts, isPermanent(error) || error instanceof SmsRefused);
    const log = { err: error, delivery: id, attempts };
    if (wait === null) this.log.error(log, 'a message could not be delivered and is given up');
    else this.log.warn({ ...log, retryInSeconds: wait }, 'a message could not be delivered yet');
    await this.database.query(MARK_FAILED, [
      tenantId,
      id,
      attempts,
      String((error as Error).message).slice(0, 500),
      wait,
    ]);
  }
}
