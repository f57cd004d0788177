import {
  getListingReminder,
  getNotificationSettings,
  type ListingReminderId,
  type PutListingReminder,
  type PutNotificationSettings,
  putListingReminder,
  putNotificationSettings,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { NotificationSettingsService } from './notification-settings.service.js';

@Controller()
export class NotificationSettingsController {
  constructor(private readonly settings: NotificationSettingsService) {}

  @Handles(getNotificationSettings)
  get(ctx: RequestContext) {
    return this.settings.get(ctx);
  }

  @Handles(putNotificationSettings)
  put(ctx: RequestContext, request: PutNotificationSettings) {
    return this.settings.put(ctx, request);
  }

  @Handles(getListingReminder)
  reminder(ctx: RequestContext, request: ListingReminderId) {
    return this.settings.reminder(ctx, request);
  }

  @Handles(putListingReminder)
  putReminder(ctx: RequestContext, request: PutListingReminder) {
    return this.settings.putReminder(ctx, request);
  }
}
