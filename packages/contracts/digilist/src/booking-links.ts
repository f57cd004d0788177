export const bookingLinkOperations = [] as const;
