export { Credits, type StillOwed } from './credits.js';
export { InvoicesModule } from './invoices.module.js';
