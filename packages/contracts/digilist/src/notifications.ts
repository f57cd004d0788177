import { Id, Instant, ListOf, OneOf, PageQuery, Text, pageOf, permission } from '@kit/contracts';
import { operation } from './context.js';

export const NOTIFICATION_EVENTS = [
  'booking.received',
  'booking.confirmed',
  'booking.approved',
  'booking.rejected',
  'booking.cancelled',
] as const;
export type NotificationEvent = (typeof NOTIFICATION_EVENTS)[number];

export const DELIVERY_CHANNELS = ['email'] as const;
export type DeliveryChannel = (typeof DELIVERY_CHANNELS)[number];

/** pending → sending → sent; a failed attempt goes back to pending, the last one ends in failed. */
export const DELIVERY_STATUSES = ['pending', 'sending', 'sent', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export class NotificationDelivery {
  @OneOf(DELIVERY_CHANNELS, { example: 'email' })
  channel: DeliveryChannel;

  @OneOf(DELIVERY_STATUSES, { example: 'sent' })
  status: DeliveryStatus;

  @Instant({ nullable: true, description: 'When the mail server took it' })
  sentAt: string | null;
}

export class Notification {
  @Id()
  id: string;

  @OneOf(NOTIFICATION_EVENTS, { example: 'booking.confirmed', description: 'What it tells about' })
  event: NotificationEvent;

  @Text({ max: 300, example: 'Bookingen er bekreftet: Fjordvik idrettshall, tirsdag 1. desember 2026' })
  title: string;

  @Text({ max: 5000, description: 'Plain text in the language of the recipient' })
  body: string;

  @Text({ max: 60, example: 'booking', description: 'Kind of thing it is about' })
  entityType: string;

  @Id({ description: 'Id of the thing it is about' })
  entityId: string;

  @Instant()
  createdAt: string;

  @ListOf(() => NotificationDelivery, { description: 'Ways in which it was sent besides being listed here' })
  deliveries: NotificationDelivery[];
}

export class NotificationPage extends pageOf(Notification) {}

export class ListNotifications extends PageQuery {}

export const listNotifications = operation({
  id: 'listNotifications',
  subject: 'notification.list.v1',
  summary: "The caller's own notifications, newest first",
  http: { method: 'GET', path: '/notifications' },
  request: ListNotifications,
  response: NotificationPage,
  access: permission('digilist.notification.read'),
  module: 'digilist.notifications',
});
