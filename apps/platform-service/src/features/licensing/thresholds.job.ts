import type { Locale } from '@kit/contracts';
import { jobOrigin, LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { CONFIG, type PlatformConfig } from '../../config.js';
import { Mails } from '../../mail/index.js';
import { thresholdMail } from './licensing.mails.js';
import { ADMINISTRATORS, CLAIM_THRESHOLD, COUNTERS_TO_MAIL, type ToldRow } from './thresholds.sql.js';

const EVERY_MS = 10_000;

/** Mails the administrators that a limit comes near: the highest threshold reached, once, away from those who count. */
@Injectable()
export class ThresholdsJob extends PeriodicJob {
  constructor(
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
    @Inject(CONFIG) private readonly config: PlatformConfig,
    private readonly work: UnitOfWork,
    private readonly mails: Mails,
  ) {
    super('platform-usage-thresholds', EVERY_MS, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    const counters = (await this.system.query(COUNTERS_TO_MAIL)) as { tenantId: string; id: string; actorId: string }[];
    for (const { tenantId, id, actorId } of counters) {
      try {
        await this.work.runAs(jobOrigin(tenantId, 'mail-threshold', actorId, now), (tx) => this.tell(tx, id));
      } catch (error) {
        this.log.error({ err: error, tenant: tenantId }, 'a threshold could not be mailed; next turn again');
      }
    }
  }

  private async tell(tx: Tx, counterId: string): Promise<void> {
    // Whoever marks it tells it: nobody does twice.
    const [told] = await tx.query<ToldRow>(CLAIM_THRESHOLD, [tx.tenantId, counterId, tx.now]);
    if (!told) return;
    const people = await tx.query<{ email: string; locale: Locale | null }>(ADMINISTRATORS, [tx.tenantId, tx.now]);
    const link = this.config.appUrl.replaceAll('{tenant}', told.slug);
    for (const { email, locale } of people) {
      const language = locale ?? told.locale;
      const { subject, body } = thresholdMail(language, {
        meter: told.name ?? told.meter,
        threshold: told.threshold,
        used: Number(told.used),
        limit: told.limit_amount === null ? null : Number(told.limit_amount),
        link,
      });
      await this.mails.queue(tx, { to: email, locale: language, subject, body });
    }
  }
}
