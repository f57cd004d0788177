import type { ListNotifications, Notification, NotificationPage } from '@digilist/contracts';
import { cursorOf, keysOf, MALFORMED_REQUEST, Refusal } from '@kit/contracts';
import { type RequestContext, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { LIST_NOTIFICATIONS } from './notifications.sql.js';

type Row = Omit<Notification, 'createdAt'> & { createdAt: Date };

const instant = (text: string) => new Date(text).toISOString();

@Injectable()
export class NotificationsQueries {
  constructor(private readonly work: UnitOfWork) {}

  /** Nobody reads the notifications of another, whatever their role. */
  list(ctx: RequestContext, { limit = 50, cursor }: ListNotifications): Promise<NotificationPage> {
    const before = cursor === undefined ? null : beforeOf(cursor);
    return this.work.run(ctx, async (tx) => {
      const rows = await tx.query<Row>(LIST_NOTIFICATIONS, [tx.tenantId, userOf(ctx).userId, before, limit + 1]);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return { data: page.map(toNotification), nextCursor: rows.length > limit && last ? cursorOf(last.id) : null };
    });
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function beforeOf(cursor: string): string {
  const [id] = keysOf(cursor, 1) ?? [];
  if (typeof id !== 'string' || !UUID.test(id))
    throw new Refusal(MALFORMED_REQUEST, { detail: 'The cursor is not one of ours.' });
  return id;
}

const toNotification = ({ createdAt, deliveries, ...row }: Row): Notification => ({
  ...row,
  createdAt: createdAt.toISOString(),
  deliveries: deliveries.map((delivery) => ({ ...delivery, sentAt: delivery.sentAt && instant(delivery.sentAt) })),
});
