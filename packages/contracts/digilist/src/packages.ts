export const packageOperations = [] as const;
