import {
  countUnreadNotifications,
  type ListNotificationDeliveries,
  type ListNotifications,
  listNotificationDeliveries,
  listNotifications,
  type NotificationDeliveryId,
  type NotificationId,
  readAllNotifications,
  readNotification,
  retryNotificationDelivery,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { DeliveriesService } from './deliveries/deliveries.service.js';
import { NotificationsQueries } from './notifications.queries.js';
import { NotificationsService } from './notifications.service.js';

@Controller()
export class NotificationsController {
  constructor(
    private readonly queries: NotificationsQueries,
    private readonly notifications: NotificationsService,
    private readonly deliveries: DeliveriesService,
  ) {}

  @Handles(listNotifications)
  list(ctx: RequestContext, request: ListNotifications) {
    return this.queries.list(ctx, request);
  }

  @Handles(countUnreadNotifications)
  countUnread(ctx: RequestContext) {
    return this.queries.countUnread(ctx);
  }

  @Handles(readNotification)
  read(ctx: RequestContext, request: NotificationId) {
    return this.notifications.read(ctx, request);
  }

  @Handles(readAllNotifications)
  readAll(ctx: RequestContext) {
    return this.notifications.readAll(ctx);
  }

  @Handles(listNotificationDeliveries)
  listDeliveries(ctx: RequestContext, request: ListNotificationDeliveries) {
    return this.deliveries.list(ctx, request);
  }

  @Handles(retryNotificationDelivery)
  retry(ctx: RequestContext, request: NotificationDeliveryId) {
    return this.deliveries.retry(ctx, request);
  }
}
