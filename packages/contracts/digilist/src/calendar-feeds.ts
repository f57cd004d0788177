export const calendarFeedOperations = [] as const;
