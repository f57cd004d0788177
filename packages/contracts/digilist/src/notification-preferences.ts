export const notificationPreferenceOperations = [] as const;
