import { getMetadataStorage } from 'class-validator';
import { fieldDocs } from './fields.js';
import type { Class } from './operation.js';

type Schema = Record<string, unknown>;

const ID = '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f';

/** What each check of `fields.ts` means in JSON Schema. Facts are flat; a class within one is any object. */
const KEYWORDS: Record<string, (constraints: unknown[]) => Schema> = {
  isString: () => ({ type: 'string' }),
  isInt: () => ({ type: 'integer' }),
  isNumber: () => ({ type: 'number' }),
  isBoolean: () => ({ type: 'boolean' }),
  isUuid: () => ({ type: 'string', format: 'uuid' }),
  isEmail: () => ({ type: 'string', format: 'email' }),
  isObject: () => ({ type: 'object' }),
  isIn: ([values]) => ({ enum: values }),
  matches: ([pattern]) => ({ pattern: (pattern as RegExp).source }),
  min: ([minimum]) => ({ minimum }),
  max: ([maximum]) => ({ maximum }),
  minLength: ([minLength]) => ({ minLength }),
  maxLength: ([maxLength]) => ({ maxLength }),
  arrayMinSize: ([minItems]) => ({ minItems }),
  arrayMaxSize: ([maxItems]) => ({ maxItems }),
};

/** JSON Schema (draft 2020-12) of what an event tells, with an example that fits it, for the catalogue of webhooks. */
export function factSchema(type: Class<object>): { schema: Schema; example: Schema } {
  const checks = getMetadataStorage().getTargetValidationMetadatas(type, '', true, false);
  const properties: Record<string, Schema> = {};
  const example: Schema = {};
  const required: string[] = [];
  for (const name of [...new Set(checks.map(({ propertyName }) => propertyName))]) {
    const { description, example: given, nullable, optional, open } = fieldDocs(type, name);
    const own: Schema = {};
    const items: Schema = {};
    let list = false;
    for (const check of checks.filter(({ propertyName }) => propertyName === name)) {
      if (check.name === 'isArray') list = true;
      Object.assign(check.each ? items : own, KEYWORDS[check.name ?? '']?.(check.constraints ?? []));
    }
    const plain: Schema = list ? { type: 'array', items, ...own } : own;
    properties[name] = {
      ...(nullable ? orNull(plain) : plain),
      ...(open && { 'x-open': true }),
      ...(description && { description }),
    };
    if (!optional) required.push(name);
    example[name] = given ?? (nullable ? null : exampleOf(plain));
  }
  return { schema: { type: 'object', properties, required }, example };
}

const orNull = (schema: Schema): Schema => ({
  ...schema,
  ...(schema.type !== undefined && { type: [schema.type, 'null'] }),
  ...(Array.isArray(schema.enum) && { enum: [...schema.enum, null] }),
});

function exampleOf({ type, format, enum: values, minimum, minLength }: Schema): unknown {
  if (Array.isArray(values)) return values[0];
  if (format === 'uuid') return ID;
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return minimum ?? 1;
  if (type === 'array') return [];
  if (type === 'object') return {};
  return 'text'.padEnd(Number(minLength ?? 0), 't');
}
