import { Id, Instant, ListOf, OneOf, PageQuery, pageOf, permission, Text } from '@kit/contracts';
import { operation } from './context.js';

/** Facts about a booking that the person who booked is told. */
export const NOTIFICATION_EVENTS = [
  'booking.requested',
  'booking.confirmed',
  'booking.approved',
  'booking.rejected',
  'booking.cancelled',
  'booking.called_off',
  'bookings.cancelled',
  'bookings.called_off',
  'booking.rescheduled',
  'bookings.confirmed',
  'bookings.requested',
  'bookings.rescheduled',
  'booking.payment_due',
  'booking.expired',
  'booking.reminder',
  'approval.requested',
  'approval.assigned',
  'approval.clarification',
  'approval.clarified',
  'approval.escalated',
  'approval.appealed',
  'payment.received',
  'payment.failed',
  'payment.refunded',
  'payment.reconciliation',
  'invoice.issued',
  'invoice.credited',
  'verification.decided',
] as const;
export type NotificationEvent = (typeof NOTIFICATION_EVENTS)[number];

export const NOTIFICATION_STATUSES = ['unread', 'read'] as const;
export type NotificationStatus = (typeof NOTIFICATION_STATUSES)[number];

export const DELIVERY_CHANNELS = ['email', 'in_app', 'sms'] as const;
export type DeliveryChannel = (typeof DELIVERY_CHANNELS)[number];

/** pending → sending → sent; a failed attempt goes back to pending, the last one ends in failed. */
export const DELIVERY_STATUSES = ['pending', 'sending', 'sent', 'failed', 'skipped'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export class NotificationDelivery {
  @OneOf(DELIVERY_CHANNELS, { example: 'email' })
  channel: DeliveryChannel;

  @OneOf(DELIVERY_STATUSES, { example: 'sent', description: 'skipped: the recipient has no such address' })
  status: DeliveryStatus;

  @Instant({ nullable: true, description: 'When the mail server took it' })
  sentAt: string | null;
}

export class Notification {
  @Id()
  id: string;

  @OneOf(NOTIFICATION_EVENTS, { example: 'booking.confirmed', description: 'What it tells about' })
  event: NotificationEvent;

  @Id({ nullable: true, description: 'The booking it is about' })
  bookingId: string | null;

  @Text({ max: 300, example: 'Bookingen er bekreftet: Fjordvik idrettshall, tirsdag 1. desember 2026' })
  subject: string;

  @Text({ max: 10_000, description: 'Plain text in the language of the recipient' })
  body: string;

  @OneOf(NOTIFICATION_STATUSES)
  status: NotificationStatus;

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

export const notificationOperations = [listNotifications];
