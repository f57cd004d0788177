export const actorPricingOperations = [] as const;
