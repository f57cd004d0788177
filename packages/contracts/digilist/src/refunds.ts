export const refundOperations = [] as const;
