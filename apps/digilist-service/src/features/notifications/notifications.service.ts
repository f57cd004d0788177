import {
  type NotificationEvent,
  type NotificationId,
  notificationCreated,
  type UnreadCount,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { DeliveryWorker } from './deliveries/delivery.worker.js';
import type { Content } from './domain/render.js';
import { wordingOf } from './domain/wording.js';
import { NOTIFICATION_SETTINGS, type NotificationSettings, webUrlOf } from './notifications.settings.js';
import { NOTIFY, READ_ALL, READ_NOTIFICATION, type Written } from './notifications.sql.js';
import { OwnWordsOfTenants } from './own-words.js';

export type Notice = Content & {
  event: NotificationEvent;
  /** Id of the event that is told about, as `tx.emit` answers it. */
  eventId: string;
  recipientId: string;
};

/** Writes notifications into the transaction of what they tell about; they are sent after its commit. */
@Injectable()
export class NotificationsService {
  private readonly webUrl: string;

  constructor(
    private readonly work: UnitOfWork,
    private readonly worker: DeliveryWorker,
    private readonly ownWords: OwnWordsOfTenants,
    @Inject(NOTIFICATION_SETTINGS) settings: NotificationSettings,
  ) {
    this.webUrl = webUrlOf(settings);
  }

  /** Tells one person about one event, once. Without the module of the licence nobody is told. */
  notify(tx: Tx, notice: Notice): Promise<void> {
    return this.notifyAll(tx, [notice]);
  }

  /** The same for many, in one statement. Of several about one event to one person the first is told. */
  async notifyAll(tx: Tx, all: readonly Notice[]): Promise<void> {
    if (all.length === 0) return;
    const notices = firstOfEach(all);
    const own = await this.ownWords.of(tx);
    const written = await tx.query<Written>(NOTIFY, [
      tx.tenantId,
      notices.map(({ recipientId }) => recipientId),
      notices.map(({ eventId }) => eventId),
      notices.map(({ event }) => event),
      notices.map(({ bookingId }) => bookingId ?? null),
      notices.map((notice) => JSON.stringify(wordingOf(notice.event, notice, own, this.webUrl))),
      tx.actorId,
    ]);
    for (const { id, userId, event, bookingId, inApp } of written) {
      if (inApp)
        tx.emit(notificationCreated, { id, version: 1, data: { notificationId: id, userId, event, bookingId } });
    }
    if (written.length > 0) tx.afterCommit(() => this.worker.wake());
  }

  read(ctx: RequestContext, { id }: NotificationId): Promise<void> {
    return this.work.run(ctx, async (tx) => {
      const known = await tx.query(READ_NOTIFICATION, [tx.tenantId, userOf(ctx).userId, id]);
      if (known.length === 0) throw new Refusal(NOT_FOUND);
    });
  }

  readAll(ctx: RequestContext): Promise<UnreadCount> {
    return this.work.run(ctx, async (tx) => {
      await tx.query(READ_ALL, [tx.tenantId, userOf(ctx).userId]);
      return { unread: 0 };
    });
  }
}

/** Who decides about their own application hears of it once: as its applicant, if that is what comes first. */
function firstOfEach(notices: readonly Notice[]): Notice[] {
  const firsts = new Map<string, Notice>();
  for (const notice of notices) {
    const key = `${notice.eventId} ${notice.recipientId}`;
    if (!firsts.has(key)) firsts.set(key, notice);
  }
  return [...firsts.values()];
}
