export const recurringEvents = [] as const;
