import { type Class, fieldDocs } from '@kit/contracts';
import { nestedTypeOf } from './nested-type.js';
import type { Schema, Schemas } from './schemas.js';

const DEEPEST = 5;

/** An example of a DTO: each field's own, and where a field has none, one that its schema allows. */
export function exampleOf(
  type: Class<object>,
  schemas: Schemas,
  leaveOut: readonly string[] = [],
  depth = 0,
): Record<string, unknown> {
  const example: Record<string, unknown> = {};
  for (const name of schemas.propertyNames(type)) {
    if (leaveOut.includes(name)) continue;
    const value = fieldExample(type, name, schemas, depth);
    if (value !== undefined) example[name] = value;
  }
  return example;
}

function fieldExample(type: Class<object>, name: string, schemas: Schemas, depth: number): unknown {
  const { example, nullable } = fieldDocs(type, name);
  if (example !== undefined) return example;
  const schema = schemas.property(type, name);
  const nested = nestedTypeOf(type, name);
  if (nested) {
    // A list that may be null has two types.
    const isList = [schema.type].flat().includes('array');
    if (depth >= DEEPEST) return isList ? [] : nullable ? null : undefined;
    const inner = exampleOf(nested, schemas, [], depth + 1);
    return isList ? [inner] : inner;
  }
  return nullable ? null : ofSchema(schema, name);
}

function ofSchema(schema: Schema, name: string): unknown {
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (schema.format === 'uuid') return '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f';
  if (schema.format === 'email') return 'kari@example.no';
  switch (schema.type) {
    case 'integer':
    case 'number':
      return Math.max(Number(schema.minimum ?? 1), 1);
    case 'boolean':
      return true;
    case 'array':
      return schema.items ? [ofSchema(schema.items as Schema, name)] : [];
    case 'object':
      return {};
    case 'string':
      return schema.pattern === undefined
        ? name.padEnd(Number(schema.minLength ?? 0), 'x').slice(0, Number(schema.maxLength ?? 200))
        : undefined;
    // No type is any JSON.
    case undefined:
      return {};
    default:
      return undefined;
  }
}
