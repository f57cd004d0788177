export const reportOperations = [] as const;
