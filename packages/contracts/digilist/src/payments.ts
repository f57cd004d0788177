export const paymentOperations = [] as const;
