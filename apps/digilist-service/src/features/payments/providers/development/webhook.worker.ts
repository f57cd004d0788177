import { LOGGER, type Logger, QueueWorker, SYSTEM_DATABASE, signWebhook } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { PAYMENT_SETTINGS, type PaymentSettings, webhookUrlOf } from '../payment-settings.js';
import { CLAIM_UNTOLD, MARK_TOLD, type Untold } from './development-payments.sql.js';

const BATCH = 10;
const TIMEOUT_MS = 5_000;
const CLAIM_SECONDS = 60;
const MAX_ATTEMPTS = 10;

/**
 * Tells what became of payments, as a provider does: signed, over HTTP, to the public address, again until it is taken.
 * What is told is the state now; what changed twice in between is told once.
 */
@Injectable()
export class DevelopmentWebhooks extends QueueWorker<Untold> {
  constructor(
    /** Payments of all tenants: no request ever runs here. */
    @Inject(SYSTEM_DATABASE) private readonly database: DataSource,
    @Inject(PAYMENT_SETTINGS) private readonly settings: PaymentSettings,
    @Inject(LOGGER) log: Logger,
  ) {
    super('development webhooks', log, 1_000);
  }

  protected override async claim(): Promise<Untold[]> {
    if (!this.settings.development) return [];
    // TypeORM answers [rows, count] for an UPDATE.
    const [rows] = (await this.database.query(CLAIM_UNTOLD, [BATCH, CLAIM_SECONDS])) as [Untold[], number];
    return rows;
  }

  protected override async work(untold: Untold): Promise<void> {
    const { tenantId, id, version, attempts } = untold;
    const taken = await this.send(untold);
    const wait = taken || attempts >= MAX_ATTEMPTS ? null : Math.min(2 ** (attempts - 1), 60);
    await this.database.query(MARK_TOLD, [tenantId, id, version, attempts, wait]);
  }

  private async send({ id, reference, version, accountId, secret, what }: Untold): Promise<boolean> {
    const body = JSON.stringify({ type: `payment.${what}`, data: { reference } });
    const signed = signWebhook([secret], `${id}-${version}`, new Date(), body);
    try {
      const response = await fetch(webhookUrlOf(this.settings, 'development', accountId), {
        method: 'POST',
        headers: { ...signed, 'content-type': 'application/json' },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      return response.ok;
    } catch (error) {
      this.log.debug({ err: error, payment: id }, 'a webhook of the development provider did not arrive');
      return false;
    }
  }
}
