export { checkRules, type RuleViolation } from './domain/check-rules.js';
export { RulesModule } from './rules.module.js';
export { requireRules } from './violations.js';
