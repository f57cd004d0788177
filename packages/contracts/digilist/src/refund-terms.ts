export const refundTermOperations = [] as const;
