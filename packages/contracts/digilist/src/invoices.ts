export const invoiceOperations = [] as const;
