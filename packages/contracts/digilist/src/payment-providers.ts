export const paymentProviderOperations = [] as const;
