export const paymentEvents = [] as const;
