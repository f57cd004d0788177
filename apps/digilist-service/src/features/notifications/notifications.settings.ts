import { type ConfigOf, mailFields, text } from '@kit/service';

/** Variables of the environment that telling people needs. */
export const notificationFields = {
  ...mailFields,
  /** Where people see their bookings: links in messages lead there. `{slug}` stands for the tenant's. */
  webUrl: text('DIGILIST_WEB_URL', ''),
  publicUrl: text('DIGILIST_API_URL', 'http://localhost:3000'),
  /** Where SMS are handed over. Whoever runs the service says so, not a tenant: nobody can have it call elsewhere. */
  smsUrl: text('DIGILIST_SMS_URL', 'https://api.twilio.com'),
} as const;

export type NotificationSettings = ConfigOf<typeof notificationFields>;

export const NOTIFICATION_SETTINGS = Symbol('notification settings');

/** Without a web client of its own people are led to the gateway. */
export const webUrlOf = ({ webUrl, publicUrl }: NotificationSettings): string =>
  (webUrl || publicUrl).replace(/\/$/, '');
