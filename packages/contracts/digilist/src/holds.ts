export const holdOperations = [] as const;
