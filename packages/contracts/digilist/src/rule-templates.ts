export const ruleTemplateOperations = [] as const;
