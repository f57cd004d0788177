import { jobOrigin, LOGGER, type Logger, QueueWorker, SYSTEM_DATABASE, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { Cases } from './cases.js';
import { Checkouts } from './checkouts.js';
import { type PaymentRow, READ_PAYMENT } from './payments.sql.js';
import { PaymentProviders, ProviderRefused } from './providers/index.js';
import { PaymentQueue } from './queue.js';
import { Takings } from './takings.js';
import { CHECK_NEXT, CLAIM_CHECKS, type ClaimedCheck } from './work.sql.js';

const BATCH = 10;
const LONGEST_WAIT_SECONDS = 15 * 60;
const WORRYING_CHECKS = 6;

/**
 * Asks providers how payments stand: when one of them told that something has happened, and when time is over. Whatever a
 * webhook or a browser says, what is so is only what the provider answers here.
 */
@Injectable()
export class ChecksWorker extends QueueWorker<ClaimedCheck> {
  constructor(
    /** Payments of all tenants: no request ever runs here. */
    @Inject(SYSTEM_DATABASE) private readonly database: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly providers: PaymentProviders,
    private readonly checkouts: Checkouts,
    private readonly takings: Takings,
    private readonly cases: Cases,
    payments: PaymentQueue,
    @Inject(LOGGER) log: Logger,
  ) {
    super('payment-checks', log);
    payments.served(() => this.wake());
  }

  /** Everything that is due at an instant. For whoever reconciles. */
  async workOff(now: Date): Promise<void> {
    for (let checks = await this.take(now); checks.length > 0; checks = await this.take(now))
      await Promise.all(checks.map((check) => this.work(check, now)));
  }

  protected override claim(): Promise<ClaimedCheck[]> {
    return this.take(new Date());
  }

  protected override async work(check: ClaimedCheck, now = new Date()): Promise<void> {
    const { tenantId, id, againAt } = check;
    const origin = jobOrigin(tenantId, 'payments', check.actorId ?? undefined, now);
    try {
      const payment = await this.unitOfWork.runAs(origin, (tx) => tx.one<PaymentRow>(READ_PAYMENT, [tenantId, id]));
      const said = await this.read(tenantId, payment);
      await this.unitOfWork.runAs(origin, async (tx) => {
        const next = await this.takings.apply(tx, id, said);
        await tx.query(CHECK_NEXT, [tenantId, id, againAt, next]);
        await this.cases.resolveByItself(tx, id, 'unknown_outcome');
      });
    } catch (error) {
      this.log.warn({ err: error, payment: id }, 'a provider could not say how a payment stands; asking again');
      if (check.checks >= WORRYING_CHECKS) await this.worry(check, error as Error);
    }
  }

  private async take(now: Date): Promise<ClaimedCheck[]> {
    const values = [now, BATCH, LONGEST_WAIT_SECONDS];
    // TypeORM answers [rows, count] for an UPDATE.
    const [rows] = (await this.database.query(CLAIM_CHECKS, values)) as [ClaimedCheck[], number];
    return rows;
  }

  private async read(tenantId: string, payment: PaymentRow) {
    const { id: reference } = payment;
    // Its checkout was asked for, and the answer got lost: asked again under the same reference, it is the same.
    const providerReference =
      payment.providerReference ?? (await this.checkouts.recover(tenantId, payment).catch(unlessRefused)) ?? '';
    const provider = await this.providers.of(tenantId, payment.providerId);
    return provider.read({ reference, providerReference });
  }

  private async worry({ tenantId, id, actorId }: ClaimedCheck, { message }: Error): Promise<void> {
    await this.unitOfWork.runAs(jobOrigin(tenantId, 'payments', actorId ?? undefined), async (tx) => {
      const { payment } = await this.takings.lock(tx, id);
      await this.cases.open(tx, payment, { kind: 'unknown_outcome', finding: message });
    });
  }
}

/** There never was a checkout, and there will be none. */
function unlessRefused(error: unknown): null {
  if (error instanceof ProviderRefused) return null;
  throw error;
}
