export { requireRecurrence, seriesDays } from './domain/dates.js';
export { RecurringModule } from './recurring.module.js';
