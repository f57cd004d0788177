import { LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { isPublicHoliday } from '../../calendar/index.js';
import { ruleInstant, wallTime, weekdayOf } from '../../listings/index.js';
import { NOTIFICATION_SETTINGS, type NotificationSettings, webUrlOf } from '../notifications.settings.js';
import { SEND_DIGESTS, TENANTS_WITH_DIGESTS } from './deliveries.sql.js';
import { DeliveryWorker } from './delivery.worker.js';

const EVERY_MS = 10 * 60_000;
const MINUTE_MS = 60_000;
/** When those who decide begin their day. */
const AT = 7 * 60;
const MAX_LINES = 100;

const headings = (webUrl: string) => ({
  nb: {
    subject: '{count} nye søknader',
    body: 'Siden forrige virkedag er disse søknadene kommet inn:',
    more: 'og {count} til',
    link: `Se køen: ${webUrl}/approvals`,
  },
  nn: {
    subject: '{count} nye søknader',
    body: 'Sidan førre virkedag er desse søknadene komne inn:',
    more: 'og {count} til',
    link: `Sjå køen: ${webUrl}/approvals`,
  },
  en: {
    subject: '{count} new applications',
    body: 'These applications have arrived since the last working day:',
    more: 'and {count} more',
    link: `See the queue: ${webUrl}/approvals`,
  },
});

/** The instant at which today's mail of the day goes out; null on days when nobody works, and before it is time. */
export function digestDue(now: Date, timezone: string): Date | null {
  const minute = Math.floor(now.getTime() / MINUTE_MS);
  const { day } = wallTime(timezone, minute);
  if (weekdayOf(day) > 5 || isPublicHoliday(day)) return null;
  const due = ruleInstant(timezone, day, AT, 'last');
  return due <= minute ? new Date(due * MINUTE_MS) : null;
}

/** Once a working day, one mail of all that waited for it. What came after the hour waits for the next one. */
@Injectable()
export class DailyDigest extends PeriodicJob {
  constructor(
    private readonly worker: DeliveryWorker,
    @Inject(NOTIFICATION_SETTINGS) private readonly settings: NotificationSettings,
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
  ) {
    super('notification-digest', EVERY_MS, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    const tenants: { tenantId: string; timezone: string; slug: string }[] =
      await this.system.query(TENANTS_WITH_DIGESTS);
    for (const { tenantId, timezone, slug } of tenants) {
      const due = digestDue(now, timezone);
      if (due === null) continue;
      const words = headings(webUrlOf(this.settings).replace('{slug}', slug));
      await this.system.query(SEND_DIGESTS, [tenantId, due, JSON.stringify(words), MAX_LINES]);
    }
    this.worker.wake();
  }
}
