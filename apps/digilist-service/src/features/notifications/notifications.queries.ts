import type { ListNotifications, Notification, NotificationPage } from '@digilist/contracts';
import { pageOfRows, pageStart, type RequestContext, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { LIST_NOTIFICATIONS } from './notifications.sql.js';

@Injectable()
export class NotificationsQueries {
  constructor(private readonly work: UnitOfWork) {}

  /** Nobody reads the notifications of another, whatever their role. */
  list(ctx: RequestContext, query: ListNotifications): Promise<NotificationPage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      const values = [tx.tenantId, userOf(ctx).userId, keys?.[0] ?? null, fetch];
      const rows = await tx.query<Notification & Record<string, unknown>>(LIST_NOTIFICATIONS, values);
      return pageOfRows(
        query,
        rows,
        ({ id }) => [id],
        (row) => row,
      );
    });
  }
}
