import { type Class, fieldDocs } from '@kit/contracts';
import { getMetadataStorage, ValidationTypes } from 'class-validator';
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { nestedTypeOf } from './nested-type.js';

export interface Schema {
  [keyword: string]: unknown;
}

/** JSON Schemas (draft 2020-12, as OpenAPI 3.1 wants them) of DTO classes, each named once. */
export class Schemas {
  private readonly names = new Map<Class<object>, string>();
  private readonly made = new Map<Class<object>, Schema>();
  readonly components: Record<string, Schema> = {};

  /** Reference to the schema of a class; the schema itself is added to the components. */
  refer(type: Class<object>): Schema {
    return { $ref: `#/components/schemas/${this.nameOf(type)}` };
  }

  /** One property of a class, for parameters. */
  property(type: Class<object>, name: string): Schema {
    const properties = (this.schemaOf(type).properties ?? {}) as Record<string, Schema>;
    return properties[name] ?? {};
  }

  requires(type: Class<object>, name: string): boolean {
    return ((this.schemaOf(type).required ?? []) as string[]).includes(name);
  }

  propertyNames(type: Class<object>): string[] {
    return [...new Set(metadataOf(type).map(({ propertyName }) => propertyName))];
  }

  /** The schema of a class without some of its properties, e.g. those that the path carries. */
  without(type: Class<object>, names: readonly string[]): Schema {
    const { properties, required, ...rest } = this.schemaOf(type);
    const kept = Object.entries(properties ?? {}).filter(([name]) => !names.includes(name));
    const needed = ((required ?? []) as string[]).filter((name) => !names.includes(name));
    return { ...rest, properties: Object.fromEntries(kept), ...(needed.length > 0 && { required: needed }) };
  }

  private nameOf(type: Class<object>): string {
    const known = this.names.get(type);
    if (known) return known;
    const taken = new Set(this.names.values());
    let name = type.name;
    for (let n = 2; taken.has(name); n++) name = `${type.name}${n}`;
    this.names.set(type, name);
    this.components[name] = {};
    this.components[name] = this.schemaOf(type);
    return name;
  }

  /** Made once: every parameter and every example asks for the schema of its class again. */
  private schemaOf(type: Class<object>): Schema {
    const known = this.made.get(type);
    if (known) return known;
    const schema = this.make(type);
    this.made.set(type, schema);
    return schema;
  }

  private make(type: Class<object>): Schema {
    const names = this.propertyNames(type);
    const generated = names.length > 0 ? (targetConstructorToSchema(type, GENERATOR) as Schema) : {};
    const plain = (generated.properties ?? {}) as Record<string, Schema>;
    const required = names.filter((name) => !isOptional(type, name));
    return {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(names.map((name) => [name, this.propertyOf(type, name, plain[name] ?? {})])),
      ...(required.length > 0 && { required }),
    };
  }

  private propertyOf(type: Class<object>, name: string, generated: Schema): Schema {
    const { description, example, nullable, open } = fieldDocs(type, name);
    const nested = nestedTypeOf(type, name);
    let schema: Schema = nested ? this.nested(generated, nested) : modern(generated);
    if (nullable) schema = orNull(schema);
    return {
      ...schema,
      ...(open && { 'x-open': true }),
      ...(description && { description }),
      ...(example !== undefined && { examples: [example] }),
    };
  }

  private nested(generated: Schema, nested: Class<object>): Schema {
    if (generated.type !== 'array') return this.refer(nested);
    const { type, minItems, maxItems } = generated;
    return {
      type,
      items: this.refer(nested),
      ...(minItems !== undefined && { minItems }),
      ...(maxItems !== undefined && { maxItems }),
    };
  }
}

/** Checks of our own (a date that exists, text that can be stored) have no keyword; the generator would invent a type. */
const GENERATOR = { additionalConverters: { [ValidationTypes.CUSTOM_VALIDATION]: {} } };

const metadataOf = (type: Class<object>): ValidationMetadata[] =>
  getMetadataStorage().getTargetValidationMetadatas(type, '', true, false);

/** Both "may be left out" and "may be null" are conditions of validation; only the contract's own notes tell them apart. */
function isOptional(type: Class<object>, name: string): boolean {
  const conditions = metadataOf(type).filter(
    (metadata) => metadata.propertyName === name && metadata.type === 'conditionalValidation',
  );
  return conditions.length > (fieldDocs(type, name).nullable ? 1 : 0);
}

const orNull = (schema: Schema): Schema => {
  if (schema.$ref !== undefined) return { anyOf: [schema, { type: 'null' }] };
  const { type, enum: values } = schema;
  return {
    ...schema,
    ...(type !== undefined && { type: [type, 'null'] }),
    ...(Array.isArray(values) && { enum: [...values, null] }),
  };
};

/** The generator speaks OpenAPI 3.0; a JavaScript regular expression is one in 3.1 as well, `nullable` is not. */
function modern(schema: Schema): Schema {
  const { nullable: _, ...rest } = schema;
  if (rest.items && typeof rest.items === 'object') rest.items = modern(rest.items as Schema);
  if (rest.type === 'object' && rest.properties === undefined) rest.additionalProperties = true;
  return rest;
}
