export const reconciliationOperations = [] as const;
