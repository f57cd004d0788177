export const explainOperations = [] as const;
