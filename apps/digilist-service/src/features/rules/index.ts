export { RulesModule } from './rules.module.js';
export { requireRules } from './violations.js';
