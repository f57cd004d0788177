import {
  Id,
  Instant,
  ListOf,
  NOT_FOUND,
  Nothing,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Text,
  Whole,
} from '@kit/contracts';
import { operation } from './context.js';
import { DELIVERY_NOT_FAILED } from './notifications.errors.js';

/** What people are told about. */
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

/**
 * pending → sending → sent; a failed attempt goes back to pending, the last one ends in failed. What waits for the mail
 * of the day becomes pending with it.
 */
export const DELIVERY_STATUSES = ['pending', 'sending', 'sent', 'failed', 'skipped', 'waiting'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export const SKIP_REASONS = ['no_address', 'preference', 'not_configured', 'in_digest'] as const;
/**
 * Why nothing was sent: the recipient has no such address, does not want it, the municipality has no such channel, or it
 * went with another one in the mail of the day.
 */
export type SkipReason = (typeof SKIP_REASONS)[number];

const skipReason = { nullable: true, example: null, description: 'Why nothing was sent; only of skipped ones' };

export class NotificationDelivery {
  @OneOf(DELIVERY_CHANNELS, { example: 'email' })
  channel: DeliveryChannel;

  @OneOf(DELIVERY_STATUSES, { example: 'sent' })
  status: DeliveryStatus;

  @OneOf(SKIP_REASONS, skipReason)
  skipReason: SkipReason | null;

  @Instant({ nullable: true, description: 'When the mail server or the SMS service took it' })
  sentAt: string | null;
}

export class Notification {
  @Id()
  id: string;

  @OneOf(NOTIFICATION_EVENTS, { open: true, example: 'booking.confirmed', description: 'What it tells about' })
  event: NotificationEvent;

  @Id({ nullable: true, description: 'The booking it is about; null: none, or none alone' })
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

export class ListNotifications extends PageQuery {
  @OneOf(NOTIFICATION_STATUSES, { optional: true })
  status?: NotificationStatus;
}

export class NotificationId {
  @Id()
  id: string;
}

export class UnreadCount {
  @Whole({ min: 0, example: 3 })
  unread: number;
}

/** A message by one channel, as staff see it. */
export class StaffDelivery extends NotificationDelivery {
  @Id()
  id: string;

  @Id()
  notificationId: string;

  @OneOf(NOTIFICATION_EVENTS, { open: true, example: 'booking.confirmed' })
  event: NotificationEvent;

  @Id({ nullable: true })
  bookingId: string | null;

  @Id({ description: 'Whom it tells' })
  userId: string;

  @Text({ max: 300, description: 'Address or number', example: 'kari@example.no' })
  recipient: string;

  @Whole({ min: 0, example: 1 })
  attempts: number;

  @Text({ max: 500, nullable: true, description: 'What the other side said to the last attempt' })
  lastError: string | null;

  @Instant({ nullable: true, description: 'When it is tried next; null: it is not' })
  nextAttemptAt: string | null;

  @Instant()
  createdAt: string;
}

export class StaffDeliveryPage extends pageOf(StaffDelivery) {}

export class ListNotificationDeliveries extends PageQuery {
  @OneOf(DELIVERY_STATUSES, { optional: true, example: 'failed' })
  status?: DeliveryStatus;
}

export class NotificationDeliveryId {
  @Id()
  id: string;
}

const MODULE = 'digilist.notifications';
const reads = { access: permission('digilist.notification.read'), module: MODULE } as const;
const changes = { access: permission('digilist.notification.update'), module: MODULE } as const;

export const listNotifications = operation({
  id: 'listNotifications',
  subject: 'notification.list.v1',
  summary: "The caller's own notifications, newest first",
  http: { method: 'GET', path: '/notifications' },
  request: ListNotifications,
  response: NotificationPage,
  ...reads,
});

export const countUnreadNotifications = operation({
  id: 'countUnreadNotifications',
  subject: 'notification.count-unread.v1',
  summary: 'How many notifications the caller has not read',
  http: { method: 'GET', path: '/notifications/unread-count' },
  request: Nothing,
  response: UnreadCount,
  ...reads,
});

export const readNotification = operation({
  id: 'readNotification',
  subject: 'notification.read.v1',
  summary: 'Mark one as read; again it changes nothing',
  http: { method: 'POST', path: '/notifications/{id}/read', status: 204 },
  request: NotificationId,
  response: null,
  ...changes,
  errors: [NOT_FOUND],
});

export const readAllNotifications = operation({
  id: 'readAllNotifications',
  subject: 'notification.read-all.v1',
  summary: 'Mark all of the own as read',
  http: { method: 'POST', path: '/notifications/read-all' },
  request: Nothing,
  response: UnreadCount,
  ...changes,
});

export const listNotificationDeliveries = operation({
  id: 'listNotificationDeliveries',
  subject: 'notification-delivery.list.v1',
  summary: 'What became of messages, newest first: for staff, of the whole tenant',
  http: { method: 'GET', path: '/notification-deliveries' },
  request: ListNotificationDeliveries,
  response: StaffDeliveryPage,
  access: permission('digilist.notification-template.read'),
  module: MODULE,
});

export const retryNotificationDelivery = operation({
  id: 'retryNotificationDelivery',
  subject: 'notification-delivery.retry.v1',
  summary: 'Try a failed message again, at the address of now',
  http: { method: 'POST', path: '/notification-deliveries/{id}/retry' },
  request: NotificationDeliveryId,
  response: StaffDelivery,
  access: permission('digilist.notification-template.update'),
  module: MODULE,
  errors: [NOT_FOUND, DELIVERY_NOT_FAILED],
  idempotent: true,
});

export const notificationOperations = [
  listNotifications,
  countUnreadNotifications,
  readNotification,
  readAllNotifications,
  listNotificationDeliveries,
  retryNotificationDelivery,
];
