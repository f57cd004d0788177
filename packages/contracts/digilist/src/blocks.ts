export const blockOperations = [] as const;
