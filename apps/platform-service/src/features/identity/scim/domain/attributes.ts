import { Refusal } from '@kit/contracts';
import { SCIM_VALUE_INVALID } from '@platform/contracts';

export type ScimKind = 'User' | 'Group';

/** What is kept of a resource; directories send more, which is let go. */
export interface Attribute {
  readonly name: string;
  readonly type: 'text' | 'flag' | 'complex' | 'list';
  readonly max?: number;
  /** Compared without regard to case, and so kept in one. */
  readonly folded?: boolean;
  readonly parts?: readonly Attribute[];
}

const text = (name: string, max = 200): Attribute => ({ name, type: 'text', max });

const USER: readonly Attribute[] = [
  text('userName', 254),
  text('externalId', 500),
  text('displayName'),
  { name: 'active', type: 'flag' },
  { name: 'name', type: 'complex', parts: [text('formatted', 500), text('givenName'), text('familyName')] },
  {
    name: 'emails',
    type: 'list',
    parts: [text('value', 254), { ...text('type', 40), folded: true }, { name: 'primary', type: 'flag' }],
  },
];

const GROUP: readonly Attribute[] = [
  text('displayName'),
  text('externalId', 500),
  { name: 'members', type: 'list', parts: [{ ...text('value', 100), folded: true }] },
];

export const attributesOf = (kind: ScimKind): readonly Attribute[] => (kind === 'User' ? USER : GROUP);

const CORE_SCHEMA = /^urn:ietf:params:scim:schemas:core:2\.0:(user|group):/i;

/** `urn:ietf:params:scim:schemas:core:2.0:User:userName` is `userName`. */
export const withoutSchema = (path: string): string => path.replace(CORE_SCHEMA, '');

/** Names of attributes are written in any case. */
export function attributeNamed(attributes: readonly Attribute[], name: string): Attribute | null {
  const wanted = withoutSchema(name).toLowerCase();
  return attributes.find((attribute) => attribute.name.toLowerCase() === wanted) ?? null;
}

export type Values = Record<string, unknown>;

/** What of an object is known, under its proper name. @throws Refusal SCIM_VALUE_INVALID */
export function known(attributes: readonly Attribute[], source: Values): Values {
  const values: Values = {};
  for (const [name, value] of Object.entries(source)) {
    const attribute = attributeNamed(attributes, name);
    const read = attribute && readValue(attribute, value);
    if (attribute && read !== undefined) values[attribute.name] = read;
  }
  return values;
}

/** undefined: not given. @throws Refusal SCIM_VALUE_INVALID */
export function readValue(attribute: Attribute, value: unknown): unknown {
  if (value === null || value === undefined || value === '') return undefined;
  switch (attribute.type) {
    case 'flag':
      return readFlag(attribute, value);
    case 'complex':
      return isObject(value) ? known(attribute.parts ?? [], value) : invalid(attribute, 'an object');
    case 'list':
      return (Array.isArray(value) ? value : [value]).map((item) =>
        isObject(item) ? known(attribute.parts ?? [], item) : invalid(attribute, 'a list of objects'),
      );
    default:
      return readText(attribute, value);
  }
}

/** Entra sends "True" and "False". */
export function readFlag(attribute: Attribute, value: unknown): boolean {
  const word = typeof value === 'string' ? value.toLowerCase() : value;
  if (word === true || word === 'true') return true;
  if (word === false || word === 'false') return false;
  return invalid(attribute, 'true or false');
}

function readText(attribute: Attribute, value: unknown): string {
  if (typeof value !== 'string') return invalid(attribute, 'text');
  if (value.length > (attribute.max ?? 0)) return invalid(attribute, `at most ${attribute.max} characters long`);
  // No database keeps these.
  if (/\0|\p{Surrogate}/u.test(value)) return invalid(attribute, 'text without NUL or half a character');
  return attribute.folded ? value.toLowerCase() : value;
}

export const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function invalid({ name }: Attribute, what: string): never {
  throw new Refusal(SCIM_VALUE_INVALID, { detail: `${name} must be ${what}` });
}
