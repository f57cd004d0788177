export const verificationOperations = [] as const;
