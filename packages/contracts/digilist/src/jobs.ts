export const jobOperations = [] as const;
