export { FactorsModule } from './factors.module.js';
export { requireFreshAuthentication } from './freshness.js';
export { hasSecondFactor } from './holder.js';
