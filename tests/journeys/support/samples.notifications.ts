import { eventually } from '@kit/testing';
import type { Municipality } from './municipality.js';
import type { Sample } from './samples.js';

export interface NotificationTargets {
  notificationId: string;
  deliveryId: string;
}

const template = { event: 'booking.confirmed', channel: 'email', locale: 'nb' } as const;
const words = { subject: 'Velkommen til {listing}', body: 'Hei {name}\n{when}' };
const by = ['email', 'in_app'];
const channels = { bookings: by, approvals: by, payments: by, invoices: by, reminders: by };
const none = () => ({});

export const notificationSamples: Record<string, Sample> = {
  listNotifications: { request: none },
  countUnreadNotifications: { request: none },
  readNotification: { request: ({ notificationId }) => ({ id: notificationId }) },
  readAllNotifications: { request: none },
  listNotificationDeliveries: { request: none, ofTenant: true },
  retryNotificationDelivery: { request: ({ deliveryId }) => ({ id: deliveryId }), ofTenant: true },
  listNotificationTemplates: { request: none, ofTenant: true },
  getNotificationTemplate: { request: () => template, ofTenant: true },
  putNotificationTemplate: { request: () => ({ ...template, ...words }), ofTenant: true },
  deleteNotificationTemplate: { request: () => template, ofTenant: true },
  previewNotificationTemplate: {
    request: () => ({ event: template.event, channel: template.channel, texts: { nb: words } }),
    ofTenant: true,
  },
  testNotificationTemplate: { request: () => template, ofTenant: true },
  getNotificationPreferences: { request: none },
  putNotificationPreferences: { request: () => ({ channels, dailyDigest: false }) },
  askPhone: { request: () => ({ phone: '+4790000000' }) },
  verifyPhone: { request: () => ({ code: '000000' }) },
  removePhone: { request: none },
  getNotificationSettings: { request: none, ofTenant: true },
  putNotificationSettings: { request: () => ({ reminderHours: 24, smsIntegrationId: null }), ofTenant: true },
  getListingReminder: { request: ({ listingId }) => ({ id: listingId }), ofOrg: true },
  putListingReminder: { request: ({ listingId }) => ({ id: listingId, hours: 24 }), ofOrg: true },
};

/** What the resident has been told by now. */
export async function notificationTargetsOf(town: Municipality): Promise<NotificationTargets> {
  const { resident, admin } = town;
  return eventually(async () => {
    const { data: told } = await resident.client.digilist.listNotifications({ limit: 1 });
    const { data: sent } = await admin.client.digilist.listNotificationDeliveries({ limit: 1 });
    const [notification, delivery] = [told[0], sent[0]];
    if (!notification || !delivery) throw new Error('the resident has not been told anything yet');
    return { notificationId: notification.id, deliveryId: delivery.id };
  });
}
