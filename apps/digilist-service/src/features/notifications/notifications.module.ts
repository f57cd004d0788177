import { MAIL_SETTINGS, Mailer } from '@kit/service';
import { type DynamicModule, Module } from '@nestjs/common';
import { DailyDigest } from './deliveries/daily-digest.job.js';
import { DeliveriesService } from './deliveries/deliveries.service.js';
import { DeliveryWorker } from './deliveries/delivery.worker.js';
import { OldNotifications } from './deliveries/old-notifications.job.js';
import { NotificationsController } from './notifications.controller.js';
import { NotificationsQueries } from './notifications.queries.js';
import { NotificationsService } from './notifications.service.js';
import { NOTIFICATION_SETTINGS, type NotificationSettings } from './notifications.settings.js';
import { OwnWordsOfTenants } from './own-words.js';
import { PhonesService } from './preferences/phones.service.js';
import { PreferencesController } from './preferences/preferences.controller.js';
import { PreferencesService } from './preferences/preferences.service.js';
import { NotificationSettingsController } from './reminders/notification-settings.controller.js';
import { NotificationSettingsService } from './reminders/notification-settings.service.js';
import { Reminders } from './reminders/reminders.job.js';
import { SmsOfTenants } from './sms/sms-of-tenants.js';
import { TemplatesController } from './templates/templates.controller.js';
import { TemplatesService } from './templates/templates.service.js';

@Module({})
export class NotificationsModule {}

/** Global, because every feature may have something to tell. */
export const notificationsModule = (settings: NotificationSettings): DynamicModule => ({
  module: NotificationsModule,
  global: true,
  controllers: [NotificationsController, TemplatesController, PreferencesController, NotificationSettingsController],
  providers: [
    { provide: MAIL_SETTINGS, useValue: settings },
    { provide: NOTIFICATION_SETTINGS, useValue: settings },
    Mailer,
    SmsOfTenants,
    DeliveryWorker,
    DeliveriesService,
    DailyDigest,
    OldNotifications,
    OwnWordsOfTenants,
    NotificationsQueries,
    NotificationsService,
    TemplatesService,
    PreferencesService,
    PhonesService,
    NotificationSettingsService,
    Reminders,
  ],
  exports: [NotificationsService],
});
