import type { Catalogue } from './catalogue.js';

/** What code of the last release, which still runs while the next is rolled out, would stumble over. */
export const SCHEMA_RULES = {
  'column-removed': 'Its code may read or write it. Stop using it in this release; remove it in the next.',
  'column-changed':
    'Its code reads and writes what it was. Add a column beside it, fill it, and remove the old one in the next release.',
  'column-required': 'Its INSERTs do not name it. Give it a default, or let it be null until the next release.',
  'function-removed': 'Its code may call it. Leave it, also with the old arguments; remove it in the next release.',
  'function-changed': 'Its code reads the old result. Make a new function beside it.',
  'grant-removed': 'Its code may need it. Take it away in the next release.',
} as const;

export type SchemaRule = keyof typeof SCHEMA_RULES;

export interface SchemaBreak {
  rule: SchemaRule;
  /** Context and thing, e.g. `digilist.bookings.status`. */
  at: string;
  detail: string;
}

export const schemaKeyOf = ({ rule, at }: SchemaBreak): string => `${rule} ${at}`;
export const explainSchema = (one: SchemaBreak): string =>
  `${schemaKeyOf(one)}: ${one.detail}.\n    The last release still runs on this schema. ${SCHEMA_RULES[one.rule]}`;

const MUST_BE_GIVEN = / !$/;

/** Expand, then contract: what the last release knew is still there, and asks no more of it. */
export function schemaBreaksOf(context: string, before: Catalogue, after: Catalogue): SchemaBreak[] {
  const found: SchemaBreak[] = [];
  const add = (rule: SchemaRule, thing: string, detail: string) =>
    void found.push({ rule, at: `${context}.${thing}`, detail });

  for (const [column, was] of Object.entries(before.columns)) {
    const is = after.columns[column];
    if (is === undefined) add('column-removed', column, `${was} is gone`);
    else if (typeOf(is) !== typeOf(was)) add('column-changed', column, `is ${typeOf(is)}, was ${typeOf(was)}`);
    else if (MUST_BE_GIVEN.test(is) && !MUST_BE_GIVEN.test(was)) add('column-required', column, 'must be given now');
  }
  const tables = new Set(Object.keys(before.columns).map(tableOf));
  for (const [column, is] of Object.entries(after.columns))
    if (MUST_BE_GIVEN.test(is) && before.columns[column] === undefined && tables.has(tableOf(column)))
      add('column-required', column, 'is new and must be given');

  for (const [name, was] of Object.entries(before.functions)) {
    const is = after.functions[name];
    if (is === undefined) add('function-removed', name, 'is gone');
    else if (is !== was) add('function-changed', name, `answers ${is}, answered ${was}`);
  }

  for (const [grant, was] of Object.entries(before.grants)) {
    const now = after.grants[grant]?.split(', ') ?? [];
    const lost = was.split(', ').filter((privilege) => !now.includes(privilege));
    if (lost.length > 0) add('grant-removed', grant, `${lost.join(', ')} is gone`);
  }
  return found;
}

const typeOf = (column: string): string => column.replace(/( not null)?( !)?$/, '');
const tableOf = (column: string): string => column.slice(0, column.indexOf('.'));
