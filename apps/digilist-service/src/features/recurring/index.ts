export { RecurringModule } from './recurring.module.js';
