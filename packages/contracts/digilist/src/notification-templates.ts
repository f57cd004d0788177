export const notificationTemplateOperations = [] as const;
