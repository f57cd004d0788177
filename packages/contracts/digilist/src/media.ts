export const mediaOperations = [] as const;
