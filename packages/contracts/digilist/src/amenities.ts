export const amenityOperations = [] as const;
