import { Id, OneOf, people } from '@kit/contracts';
import { event } from './context.js';
import { NOTIFICATION_EVENTS, type NotificationEvent } from './notifications.js';

export class NotificationFact {
  @Id()
  notificationId: string;

  @Id({ description: 'Whom it tells' })
  userId: string;

  @OneOf(NOTIFICATION_EVENTS, { open: true, description: 'What it tells about', example: 'booking.confirmed' })
  event: NotificationEvent;

  @Id({ nullable: true, description: 'The booking it is about' })
  bookingId: string | null;
}

export const notificationCreated = event({
  aggregate: 'notification',
  fact: 'created',
  summary: 'Somebody has been told something: shown live to nobody else',
  data: NotificationFact,
  audience: ({ userId }: NotificationFact) => people(userId),
});

export const notificationEvents = [notificationCreated] as const;
