export const recurringOperations = [] as const;
