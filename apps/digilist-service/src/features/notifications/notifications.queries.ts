import type { ListNotifications, Notification, NotificationPage, UnreadCount } from '@digilist/contracts';
import { pageOfRows, pageStart, type RequestContext, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { COUNT_UNREAD, LIST_NOTIFICATIONS } from './notifications.sql.js';

/** Nobody reads the notifications of another, whatever their role. */
@Injectable()
export class NotificationsQueries {
  constructor(private readonly work: UnitOfWork) {}

  list(ctx: RequestContext, query: ListNotifications): Promise<NotificationPage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      const values = [tx.tenantId, userOf(ctx).userId, keys?.[0] ?? null, fetch];
      const found = LIST_NOTIFICATIONS[query.status ?? 'all'];
      const rows = await tx.query<Notification & Record<string, unknown>>(found, values);
      return pageOfRows(
        query,
        rows,
        ({ id }) => [id],
        (row) => row,
      );
    });
  }

  countUnread(ctx: RequestContext): Promise<UnreadCount> {
    return this.work.run(ctx, (tx) =>
      tx.one<UnreadCount & Record<string, unknown>>(COUNT_UNREAD, [tx.tenantId, userOf(ctx).userId]),
    );
  }
}
