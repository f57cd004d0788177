export { dayTextOf, momentText, moneyText } from './domain/render.js';
export { notificationsModule } from './notifications.module.js';
export { type Notice, NotificationsService } from './notifications.service.js';
export { type NotificationSettings, notificationFields } from './notifications.settings.js';
