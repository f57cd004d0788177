export const discountCodeOperations = [] as const;
