import { Refusal } from '@kit/contracts';
import { normalizeEmail, SCIM_FILTER_INVALID } from '@platform/contracts';
import { type Filter, parse } from 'scim2-parse-filter';
import { type ScimKind, withoutSchema } from './attributes.js';

/** What a list is narrowed to. */
export interface Conditions {
  id?: string;
  userName?: string;
  externalId?: string;
  displayName?: string;
  email?: string;
  active?: boolean;
  member?: string;
}

type Comparable = string | number | boolean | null;
type Read = (value: Comparable) => Partial<Conditions>;

const flag = (value: Comparable): boolean => {
  if (!/^(true|false)$/i.test(String(value))) throw notUnderstood('active is true or false');
  return String(value).toLowerCase() === 'true';
};

const BOTH: Record<string, Read> = {
  id: (value) => ({ id: String(value) }),
  externalid: (value) => ({ externalId: String(value) }),
  displayname: (value) => ({ displayName: String(value) }),
};
const ATTRIBUTES: Record<ScimKind, Record<string, Read>> = {
  User: {
    ...BOTH,
    username: (value) => ({ userName: normalizeEmail(String(value)) }),
    active: (value) => ({ active: flag(value) }),
    emails: (value) => ({ email: normalizeEmail(String(value)) }),
    'emails.value': (value) => ({ email: normalizeEmail(String(value)) }),
    // The address of an account is the one at work.
    'emails.type': (value) => {
      if (String(value).toLowerCase() !== 'work') throw notUnderstood('emails are of the type work');
      return {};
    },
  },
  Group: {
    ...BOTH,
    members: (value) => ({ member: String(value) }),
    'members.value': (value) => ({ member: String(value) }),
  },
};

/** Comparisons by `eq`, joined by `and`: what directories ask. @throws Refusal SCIM_FILTER_INVALID */
export function conditionsOf(kind: ScimKind, filter: string | undefined): Conditions {
  if (filter === undefined || filter.trim() === '') return {};
  const conditions: Conditions = {};
  for (const { path, value } of comparisonsIn(parsed(filter), '')) {
    const read = Object.hasOwn(ATTRIBUTES[kind], path) ? ATTRIBUTES[kind][path] : undefined;
    if (!read) throw notUnderstood(`${path} is no attribute to filter by`);
    for (const [name, wanted] of Object.entries(read(value)) as [keyof Conditions, never][]) {
      if (conditions[name] !== undefined && conditions[name] !== wanted)
        throw notUnderstood(`${name} is compared with two values`);
      conditions[name] = wanted;
    }
  }
  return conditions;
}

function comparisonsIn(filter: Filter, prefix: string): { path: string; value: Comparable }[] {
  switch (filter.op) {
    case 'eq':
      return [{ path: prefix + withoutSchema(filter.attrPath).toLowerCase(), value: filter.compValue }];
    case 'and':
      return filter.filters.flatMap((part) => comparisonsIn(part, prefix));
    case '[]':
      return comparisonsIn(filter.valFilter, `${prefix}${withoutSchema(filter.attrPath).toLowerCase()}.`);
    default:
      throw notUnderstood(`${filter.op} is not served`);
  }
}

const parsed = (filter: string): Filter => {
  try {
    return parse(quoted(filter));
  } catch {
    throw notUnderstood();
  }
};

const LITERAL = /^(?:true|false|null|-?\d+(?:\.\d+)?)$/;

/** Some leave the quotes out: `externalId eq abc`. What stands in quotes already is left alone. */
export const quoted = (filter: string): string =>
  filter.replace(
    /"(?:[^"\\]|\\.)*"|(\b(?:eq|ne|co|sw|ew|gt|ge|lt|le)\s+)([^\s"()[\]]+)/gi,
    (whole, operator?: string, value?: string) =>
      operator === undefined || value === undefined || LITERAL.test(value) ? whole : `${operator}"${value}"`,
  );

const notUnderstood = (detail?: string): Refusal => new Refusal(SCIM_FILTER_INVALID, detail ? { detail } : {});
