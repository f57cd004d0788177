export { mailFields } from './mailer.js';
export { NotificationsModule } from './notifications.module.js';
export { type Notice, NotificationsService } from './notifications.service.js';
