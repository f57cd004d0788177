export const blockEvents = [] as const;
