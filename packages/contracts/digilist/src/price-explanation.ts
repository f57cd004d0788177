export const priceExplanationOperations = [] as const;
