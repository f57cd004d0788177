export const bookingExportOperations = [] as const;
