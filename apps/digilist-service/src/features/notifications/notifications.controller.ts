import { type ListNotifications, listNotifications } from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { NotificationsQueries } from './notifications.queries.js';

@Controller()
export class NotificationsController {
  constructor(private readonly queries: NotificationsQueries) {}

  @Handles(listNotifications)
  list(ctx: RequestContext, request: ListNotifications) {
    return this.queries.list(ctx, request);
  }
}
