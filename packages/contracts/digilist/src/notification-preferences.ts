import { Flag, ListOfOneOf, Nested, Nothing, Phone, permission, Text, Whole } from '@kit/contracts';
import { operation } from './context.js';
import {
  PHONE_CODE_INVALID,
  PHONE_CODE_TOO_SOON,
  PHONE_NOT_VERIFIED,
  SMS_NOT_CONFIGURED,
  SMS_UNAVAILABLE,
} from './notifications.errors.js';
import {
  DELIVERY_CHANNELS,
  type DeliveryChannel,
  NOTIFICATION_EVENTS,
  type NotificationEvent,
} from './notifications.js';

export const NOTIFICATION_GROUPS = ['bookings', 'approvals', 'payments', 'invoices', 'reminders'] as const;
export type NotificationGroup = (typeof NOTIFICATION_GROUPS)[number];

const example = ['email', 'in_app'];

/** Channels by which the caller is told of each group of events. An empty list: not at all, but for what must be told. */
export class NotificationChoices {
  @ListOfOneOf(DELIVERY_CHANNELS, { max: 3, example, description: 'Own bookings: confirmed, moved, cancelled …' })
  bookings: DeliveryChannel[];

  @ListOfOneOf(DELIVERY_CHANNELS, { max: 3, example, description: 'Applications: to decide, and questions about own' })
  approvals: DeliveryChannel[];

  @ListOfOneOf(DELIVERY_CHANNELS, { max: 3, example })
  payments: DeliveryChannel[];

  @ListOfOneOf(DELIVERY_CHANNELS, { max: 3, example })
  invoices: DeliveryChannel[];

  @ListOfOneOf(DELIVERY_CHANNELS, { max: 3, example })
  reminders: DeliveryChannel[];
}

export class NotificationPreferences {
  @Nested(() => NotificationChoices)
  channels: NotificationChoices;

  @Flag({ description: 'New applications come by email once a working day, in one mail' })
  dailyDigest: boolean;

  @ListOfOneOf(NOTIFICATION_EVENTS, {
    description: 'Always told by email, whatever is chosen: what nobody may miss',
    example: ['booking.called_off'],
  })
  alwaysByEmail: NotificationEvent[];

  @Phone({ nullable: true, description: 'Verified number for SMS; null: there is none, and none comes' })
  phone: string | null;

  @Phone({ nullable: true, description: 'A number that waits for the code that was sent to it' })
  phoneToVerify: string | null;

  @Whole({ min: 0, description: '0: as everybody has it at first' })
  version: number;
}

export class PutNotificationPreferences {
  @Nested(() => NotificationChoices)
  channels: NotificationChoices;

  @Flag({ example: false })
  dailyDigest: boolean;
}

export class AskPhone {
  @Phone()
  phone: string;
}

export class VerifyPhone {
  @Text({ min: 6, max: 6, example: '048213', description: 'From the SMS; valid for ten minutes' })
  code: string;
}

const own = { access: permission('digilist.notification.update'), module: 'digilist.notifications' } as const;

export const getNotificationPreferences = operation({
  id: 'getNotificationPreferences',
  subject: 'notification-preference.get.v1',
  summary: 'How the caller is told of what',
  http: { method: 'GET', path: '/notification-preferences' },
  request: Nothing,
  response: NotificationPreferences,
  access: permission('digilist.notification.read'),
  module: 'digilist.notifications',
  version: 'answers',
});

export const putNotificationPreferences = operation({
  id: 'putNotificationPreferences',
  subject: 'notification-preference.put.v1',
  summary: 'Choose how to be told; what nobody may miss comes by email all the same',
  http: { method: 'PUT', path: '/notification-preferences' },
  request: PutNotificationPreferences,
  response: NotificationPreferences,
  ...own,
  errors: [PHONE_NOT_VERIFIED],
  version: 'required',
});

export const askPhone = operation({
  id: 'askPhone',
  subject: 'notification-phone.ask.v1',
  summary: 'Have a code sent to a phone, to prove that it is the caller’s',
  http: { method: 'POST', path: '/notification-preferences/phone', status: 202 },
  request: AskPhone,
  response: NotificationPreferences,
  ...own,
  errors: [SMS_NOT_CONFIGURED, SMS_UNAVAILABLE, PHONE_CODE_TOO_SOON],
});

export const verifyPhone = operation({
  id: 'verifyPhone',
  subject: 'notification-phone.verify.v1',
  summary: 'Prove with the code that the phone is the caller’s',
  http: { method: 'POST', path: '/notification-preferences/phone/verify' },
  request: VerifyPhone,
  response: NotificationPreferences,
  ...own,
  errors: [PHONE_CODE_INVALID],
});

export const removePhone = operation({
  id: 'removePhone',
  subject: 'notification-phone.remove.v1',
  summary: 'Forget the phone; no SMS comes any more',
  http: { method: 'DELETE', path: '/notification-preferences/phone', status: 204 },
  request: Nothing,
  response: null,
  ...own,
});

export const notificationPreferenceOperations = [
  getNotificationPreferences,
  putNotificationPreferences,
  askPhone,
  verifyPhone,
  removePhone,
] as const;
