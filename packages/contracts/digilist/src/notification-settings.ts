import { Id, NOT_FOUND, Nothing, permission, Whole } from '@kit/contracts';
import { operation } from './context.js';
import { SMS_INTEGRATION_UNKNOWN } from './notifications.errors.js';

const hours = { min: 0, max: 336, example: 24 };

export class NotificationSettings {
  @Whole({ ...hours, description: 'How long before a booking begins its booker is reminded; 0: never' })
  reminderHours: number;

  @Id({ nullable: true, description: 'Integration of kind digilist.sms by which SMS are sent; null: none are' })
  smsIntegrationId: string | null;

  @Whole({ min: 0, description: '0: as everybody has it at first' })
  version: number;
}

export class PutNotificationSettings {
  @Whole(hours)
  reminderHours: number;

  @Id({ nullable: true })
  smsIntegrationId: string | null;
}

export class ListingReminder {
  @Whole({ ...hours, nullable: true, description: 'null: as the tenant has it; 0: never' })
  hours: number | null;

  @Whole({ ...hours, description: 'What holds' })
  effectiveHours: number;

  @Whole({ min: 0, description: '0: nobody has said anything about this listing' })
  version: number;
}

export class ListingReminderId {
  @Id({ description: 'Listing' })
  id: string;
}

export class PutListingReminder {
  @Id({ description: 'Listing' })
  id: string;

  @Whole({ ...hours, nullable: true })
  hours: number | null;
}

const MODULE = 'digilist.notifications';

export const getNotificationSettings = operation({
  id: 'getNotificationSettings',
  subject: 'notification-settings.get.v1',
  summary: 'When bookers are reminded, and by what SMS are sent',
  http: { method: 'GET', path: '/notification-settings' },
  request: Nothing,
  response: NotificationSettings,
  access: permission('digilist.notification-template.read'),
  module: MODULE,
  version: 'answers',
});

export const putNotificationSettings = operation({
  id: 'putNotificationSettings',
  subject: 'notification-settings.put.v1',
  summary: 'Set when bookers are reminded, and by what SMS are sent',
  http: { method: 'PUT', path: '/notification-settings' },
  request: PutNotificationSettings,
  response: NotificationSettings,
  access: permission('digilist.notification-template.update'),
  module: MODULE,
  errors: [SMS_INTEGRATION_UNKNOWN],
  version: 'required',
});

export const getListingReminder = operation({
  id: 'getListingReminder',
  subject: 'listing-reminder.get.v1',
  summary: 'When bookers of a listing are reminded',
  http: { method: 'GET', path: '/listings/{id}/reminder' },
  request: ListingReminderId,
  response: ListingReminder,
  access: permission('digilist.listing.update'),
  module: MODULE,
  errors: [NOT_FOUND],
  version: 'answers',
});

export const putListingReminder = operation({
  id: 'putListingReminder',
  subject: 'listing-reminder.put.v1',
  summary: 'Set when bookers of a listing are reminded',
  http: { method: 'PUT', path: '/listings/{id}/reminder' },
  request: PutListingReminder,
  response: ListingReminder,
  access: permission('digilist.listing.update'),
  module: MODULE,
  errors: [NOT_FOUND],
  version: 'required',
});

export const notificationSettingsOperations = [
  getNotificationSettings,
  putNotificationSettings,
  getListingReminder,
  putListingReminder,
] as const;
