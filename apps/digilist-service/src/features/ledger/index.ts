export { type Account, credit, debit, type Entry, type EntryKind, type Line, sale } from './domain/entry.js';
export { shareOf, totalOf, type VatPart, vatPartsOf } from './domain/vat-parts.js';
export { Ledger } from './ledger.js';
export { LedgerModule } from './ledger.module.js';
