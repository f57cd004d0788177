import { money, SYSTEM_TENANT_ID } from '@kit/contracts';
import { jobOrigin, LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { type Notice, NotificationsService } from '../notifications.service.js';
import { DUE_REMINDERS, type DueReminder, TENANTS_WITH_REMINDERS } from './reminders.sql.js';

const EVERY_MS = 10 * 60_000;
const BATCH = 500;

/**
 * Reminds bookers of what they have confirmed: once for each time that a booking has been given. Processes may do it
 * beside each other; the key of a notification tells them that one was there first.
 */
@Injectable()
export class Reminders extends PeriodicJob {
  constructor(
    private readonly work: UnitOfWork,
    private readonly notifications: NotificationsService,
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
  ) {
    super('booking-reminders', EVERY_MS, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    const tenants: { tenantId: string; actorId: string | null }[] = await this.system.query(TENANTS_WITH_REMINDERS, [
      now,
    ]);
    // What goes wrong in one tenant keeps no other waiting.
    for (const { tenantId, actorId } of tenants)
      await this.in(tenantId, actorId ?? SYSTEM_TENANT_ID, now).catch((error: unknown) =>
        this.log.warn({ err: error, tenantId }, 'reminders could not be written; trying again'),
      );
  }

  private async in(tenantId: string, actorId: string, now: Date): Promise<void> {
    for (let reminded = BATCH; reminded === BATCH; ) {
      reminded = await this.work.runAs(jobOrigin(tenantId, 'booking-reminders', actorId, now), async (tx) => {
        const due = await tx.query<DueReminder>(DUE_REMINDERS, [tenantId, now, BATCH]);
        await this.notifications.notifyAll(tx, due.map(noticeOf));
        return due.length;
      });
    }
  }
}

const noticeOf = ({ id, userId, eventId, timezone, total, currency, ...rest }: DueReminder): Notice => ({
  event: 'booking.reminder',
  eventId,
  recipientId: userId,
  bookingId: id,
  listingName: rest.listingName,
  zoneName: rest.zoneName,
  startsAt: rest.startsAt,
  endsAt: rest.endsAt,
  timeZone: timezone,
  total: money(total, currency),
});
