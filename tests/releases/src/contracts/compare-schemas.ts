import type { Schema } from './contracts.js';
import type { Rule } from './rules.js';

/** Which way a message goes: what is sent to us must still be taken, what we send must still be understood. */
export type Direction = 'request' | 'answer';

export interface Finding {
  rule: Rule;
  /** Schema and property, e.g. `CreateBooking.zoneId`. */
  at: string;
  detail: string;
}

type Schemas = Readonly<Record<string, Schema>>;

/** Compares two versions of a message, and everything that it refers to. */
export function compareMessages(
  [before, after]: [string, string],
  [old, now]: [Schemas, Schemas],
  direction: Direction,
): Finding[] {
  const found: Finding[] = [];
  const visited = new Set<string>();
  const add = (rule: Rule, at: string, detail: string) => void found.push({ rule, at, detail });

  const named = (was: string, is: string): void => {
    // A schema may refer to itself.
    if (visited.has(`${was} ${is}`)) return;
    visited.add(`${was} ${is}`);
    const [wasSchema, isSchema] = [old[was], now[is]];
    if (!wasSchema || !isSchema) throw new Error(`there is no schema ${wasSchema ? is : was}`);
    value(wasSchema, isSchema, was);
  };

  const value = (was: Schema, is: Schema, at: string): void => {
    const [wasRef, isRef] = [refOf(was), refOf(is)];
    if (wasRef && isRef) {
      nullable(was, is, at);
      named(wasRef, isRef);
      return;
    }
    // One is named and the other is written out: what counts is what they say.
    const [a, b] = [wasRef ? resolved(was, old) : was, isRef ? resolved(is, now) : is];
    types(a, b, at);
    values(a, b, at);
    form(a, b, at);
    if (direction === 'request') limits(a, b, at);
    // Of a list, it is the values in it that are open.
    if (a.items && b.items) value({ ...(a.items as Schema), 'x-open': a['x-open'] }, b.items as Schema, `${at}[]`);
    if (a.properties || b.properties) properties(a, b, at);
  };

  const types = (was: Schema, is: Schema, at: string): void => {
    const [wasTypes, isTypes] = [typesOf(was), typesOf(is)];
    if (direction === 'request') {
      const refused = wasTypes.filter((type) => !takes(isTypes, type));
      if (refused.length > 0) add('request-type-narrowed', at, `${refused.join(', ')} is taken no more`);
    } else {
      const strange = isTypes.filter((type) => !takes(wasTypes, type));
      if (strange.length > 0) add('answer-type-widened', at, `may be ${strange.join(', ')}, which it never was`);
    }
  };

  /** `{ anyOf: [{ $ref }, { type: 'null' }] }` is a reference that may be null. */
  const nullable = (was: Schema, is: Schema, at: string): void => {
    const [could, can] = [was.anyOf !== undefined, is.anyOf !== undefined];
    if (direction === 'request' && could && !can) add('request-type-narrowed', at, 'null is taken no more');
    if (direction === 'answer' && can && !could) add('answer-type-widened', at, 'may be null, which it never was');
  };

  const values = (was: Schema, is: Schema, at: string): void => {
    const [wasValues, isValues] = [valuesOf(was), valuesOf(is)];
    if (direction === 'request') {
      if (!isValues) return;
      const lost = wasValues?.filter((one) => !isValues.includes(one));
      if (!lost) add('request-values-narrowed', at, `only ${isValues.join(', ')} is taken now`);
      else if (lost.length > 0) add('request-values-narrowed', at, `${lost.join(', ')} is taken no more`);
    } else {
      // The last release told its consumers that there would be more.
      if (!wasValues || was['x-open'] === true) return;
      const more = isValues?.filter((one) => !wasValues.includes(one));
      if (!more) add('answer-values-widened', at, 'may be anything now');
      else if (more.length > 0) add('answer-values-widened', at, `may be ${more.join(', ')} now`);
    }
  };

  const form = (was: Schema, is: Schema, at: string): void => {
    for (const keyword of ['format', 'pattern'] as const) {
      if (was[keyword] === is[keyword]) continue;
      if (direction === 'request' && is[keyword] !== undefined)
        add('request-form-changed', at, `${keyword} is ${is[keyword]}, was ${was[keyword] ?? 'free'}`);
      if (direction === 'answer' && was[keyword] !== undefined)
        add('answer-form-changed', at, `${keyword} is ${is[keyword] ?? 'free'}, was ${was[keyword]}`);
    }
  };

  const limits = (was: Schema, is: Schema, at: string): void => {
    for (const [keyword, narrower] of LIMITS) {
      const [a, b] = [was[keyword] as number | undefined, is[keyword] as number | undefined];
      if (b === undefined || !(a === undefined ? matters(keyword, b) : narrower(b, a))) continue;
      add('request-limit-narrowed', at, `${keyword} is ${b}, was ${a ?? 'none'}`);
    }
  };

  const properties = (was: Schema, is: Schema, at: string): void => {
    const [wasOf, isOf] = [propertiesOf(was), propertiesOf(is)];
    for (const name of Object.keys({ ...wasOf, ...isOf })) {
      const where = `${at}.${name}`;
      const [a, b] = [wasOf[name], isOf[name]];
      if (a && b) value(a, b, where);
      const [needed, needs] = [requires(was, name), requires(is, name)];
      if (direction === 'request') {
        if (needs && !needed)
          add('request-field-required', where, a ? 'must be given now' : 'is new and must be given');
        if (a && !b && isClosed(is)) add('request-field-removed', where, 'is refused as unknown');
      } else {
        if (a && !b) add('answer-field-removed', where, 'is not told any more');
        if (a && b && needed && !needs) add('answer-field-optional', where, 'may be missing now');
      }
    }
  };

  named(before, after);
  return found;
}

const SCHEMAS = '#/components/schemas/';
const ANY = ['string', 'number', 'boolean', 'object', 'array', 'null'];

function refOf(schema: Schema): string | null {
  const ref = schema.$ref ?? (schema.anyOf as Schema[] | undefined)?.find(({ $ref }) => $ref)?.$ref;
  return typeof ref === 'string' ? ref.slice(SCHEMAS.length) : null;
}

function resolved(schema: Schema, all: Schemas): Schema {
  const target = all[refOf(schema) as string] as Schema;
  return schema.anyOf === undefined ? target : { ...target, type: [...typesOf(target), 'null'] };
}

const typesOf = ({ type, enum: values, const: constant }: Schema): string[] => {
  if (type !== undefined) return [type].flat() as string[];
  const known = constant !== undefined ? [constant] : values;
  if (!Array.isArray(known)) return ANY;
  return [...new Set(known.map((one) => (one === null ? 'null' : typeof one)))];
};
const takes = (types: readonly string[], type: string): boolean =>
  types.includes(type) || (type === 'integer' && types.includes('number'));

/** null is a type, not a value. */
const valuesOf = ({ enum: values, const: constant }: Schema): unknown[] | null => {
  if (constant !== undefined) return [constant];
  return Array.isArray(values) ? values.filter((one) => one !== null) : null;
};

const LIMITS: readonly [string, (now: number, then: number) => boolean][] = [
  ['minimum', (now, then) => now > then],
  ['minLength', (now, then) => now > then],
  ['minItems', (now, then) => now > then],
  ['maximum', (now, then) => now < then],
  ['maxLength', (now, then) => now < then],
  ['maxItems', (now, then) => now < then],
];
/** At least nothing is no limit. */
const matters = (keyword: string, limit: number): boolean => !(/^min(Length|Items)$/.test(keyword) && limit === 0);

const propertiesOf = (schema: Schema): Record<string, Schema> => (schema.properties ?? {}) as Record<string, Schema>;
const requires = (schema: Schema, name: string): boolean => ((schema.required ?? []) as string[]).includes(name);
const isClosed = (schema: Schema): boolean => schema.additionalProperties === false;
