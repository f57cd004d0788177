import { BOOKING_RULE_FIELDS, type BookingRuleField } from '@digilist/contracts';

/** Fields of the contract as columns: of a listing's own rules and of templates. */

const TYPES: Partial<Record<BookingRuleField, string>> = {
  bookers: 'text',
  roleKeys: 'text[]',
  organizationKinds: 'text[]',
  pricingGroups: 'text[]',
};

const columns = BOOKING_RULE_FIELDS.map((field) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));

export const RULE_COLUMNS = columns.join(', ');
export const RULE_VALUES = BOOKING_RULE_FIELDS.map((field) => `r."${field}"`).join(', ');
export const RULE_RECORD = (json: string): string =>
  `jsonb_to_record(${json}::jsonb) r (${BOOKING_RULE_FIELDS.map((field) => `"${field}" ${TYPES[field] ?? 'integer'}`).join(', ')})`;
export const RULE_ASSIGNMENTS = (row: 'excluded' | 'r'): string =>
  columns
    .map((column, at) => `${column} = ${row === 'r' ? `r."${BOOKING_RULE_FIELDS[at]}"` : `excluded.${column}`}`)
    .join(', ');
