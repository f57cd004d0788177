export const invoiceEvents = [] as const;
