import { MAIL_SETTINGS, Mailer } from '@kit/service';
import { type DynamicModule, Module } from '@nestjs/common';
import { DeliveryWorker } from './delivery.worker.js';
import { NotificationsController } from './notifications.controller.js';
import { NotificationsQueries } from './notifications.queries.js';
import { NotificationsService } from './notifications.service.js';
import { NOTIFICATION_SETTINGS, type NotificationSettings } from './notifications.settings.js';

@Module({})
export class NotificationsModule {}

/** Global, because every feature may have something to tell. */
export const notificationsModule = (settings: NotificationSettings): DynamicModule => ({
  module: NotificationsModule,
  global: true,
  controllers: [NotificationsController],
  providers: [
    { provide: MAIL_SETTINGS, useValue: settings },
    { provide: NOTIFICATION_SETTINGS, useValue: settings },
    Mailer,
    DeliveryWorker,
    NotificationsQueries,
    NotificationsService,
  ],
  exports: [NotificationsService],
});
