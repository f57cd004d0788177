export { FactorsModule } from './factors.module.js';
