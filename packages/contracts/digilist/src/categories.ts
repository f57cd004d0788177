export const categoryOperations = [] as const;
