export const publicCalendarOperations = [] as const;
