export const approvalChangeOperations = [] as const;
