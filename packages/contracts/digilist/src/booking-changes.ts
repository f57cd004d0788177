export const bookingChangeOperations = [] as const;
