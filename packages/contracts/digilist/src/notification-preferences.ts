export const NOTIFICATION_GROUPS = ['bookings', 'approvals', 'payments', 'invoices', 'reminders'] as const;
export type NotificationGroup = (typeof NOTIFICATION_GROUPS)[number];

export const notificationPreferenceOperations = [] as const;
