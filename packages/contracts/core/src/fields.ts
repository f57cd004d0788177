import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import 'reflect-metadata';
import type { Class } from './operation.js';

const EXAMPLE = Symbol('contract:example');
const DESCRIPTION = Symbol('contract:description');
const NULLABLE = Symbol('contract:nullable');
const OPTIONAL = Symbol('contract:optional');
const OPEN = Symbol('contract:open');

/** Shared by every field: what OpenAPI shows beside the constraint. */
export interface FieldOptions {
  description?: string;
  example?: unknown;
  /** The property may be left out. */
  optional?: boolean;
  /** The property is always there but may be null. */
  nullable?: boolean;
  /** Of a list of values in answers and events: later releases may add to it, and who reads it must expect that. */
  open?: boolean;
}

function field(options: FieldOptions, ...decorators: PropertyDecorator[]): PropertyDecorator {
  return (target, key) => {
    for (const decorate of decorators) decorate(target, key);
    // Not IsOptional(): that one also lets null through.
    if (options.optional)
      ValidateIf((object: Record<string | symbol, unknown>) => object[key] !== undefined)(target, key);
    if (options.nullable) ValidateIf((object: Record<string | symbol, unknown>) => object[key] !== null)(target, key);
    if (options.example !== undefined) Reflect.defineMetadata(EXAMPLE, options.example, target, key);
    if (options.description) Reflect.defineMetadata(DESCRIPTION, options.description, target, key);
    if (options.nullable) Reflect.defineMetadata(NULLABLE, true, target, key);
    if (options.optional) Reflect.defineMetadata(OPTIONAL, true, target, key);
    if (options.open) Reflect.defineMetadata(OPEN, true, target, key);
  };
}

export interface FieldDocs {
  example?: unknown;
  description?: string;
  nullable: boolean;
  optional: boolean;
  open: boolean;
}

/** Documentation of one property of a DTO class, for the generators of OpenAPI and AsyncAPI. */
export function fieldDocs(type: Class<object>, key: string): FieldDocs {
  return {
    example: Reflect.getMetadata(EXAMPLE, type.prototype, key),
    description: Reflect.getMetadata(DESCRIPTION, type.prototype, key),
    nullable: Reflect.getMetadata(NULLABLE, type.prototype, key) === true,
    optional: Reflect.getMetadata(OPTIONAL, type.prototype, key) === true,
    open: Reflect.getMetadata(OPEN, type.prototype, key) === true,
  };
}

/** A check of ours that no schema language has a word for; generators leave it out. */
const check = (name: string, holds: (value: unknown) => boolean, message: string, each = false): PropertyDecorator =>
  ValidateBy({ name, validator: { validate: holds, defaultMessage: () => message } }, { each });

/** No database keeps NUL or half a character (a lone surrogate) in text: better one refusal here than a failure there. */
const storable = (each = false): PropertyDecorator =>
  check(
    'storableText',
    (value) => typeof value !== 'string' || !/\0|\p{Surrogate}/u.test(value),
    '$property must not hold NUL or half a character',
    each,
  );

export const Text = ({ min = 0, max = 200, ...o }: FieldOptions & { min?: number; max?: number } = {}) =>
  field(o, IsString(), MinLength(min), MaxLength(max), storable());

export const Id = (o: FieldOptions = {}) => field({ example: '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f', ...o }, IsUUID());

export const Ids = ({ max = 200, ...o }: FieldOptions & { max?: number } = {}) =>
  field(o, IsArray(), ArrayMaxSize(max), IsUUID(undefined, { each: true }));

/** The standard lets a quoted local part hold spaces and line breaks; what is sent by mail must not. */
export const Email = (o: FieldOptions = {}) =>
  field(
    { example: 'kari@example.no', ...o },
    IsEmail(),
    MaxLength(254),
    Matches(/^[^\s"]+$/, { message: '$property must not hold spaces or quotes' }),
  );

export const PHONE = /^\+[1-9][0-9]{7,14}$/;
/** E.164: a plus, the country's code, the number, no spaces. */
export const Phone = (o: FieldOptions = {}) =>
  field({ example: '+4790000000', ...o }, IsString(), Matches(PHONE, { message: '$property must read +4790000000' }));

export const Whole = ({ min, max, ...o }: FieldOptions & { min?: number; max?: number } = {}) =>
  field(o, IsInt(), ...(min === undefined ? [] : [Min(min)]), Max(max ?? Number.MAX_SAFE_INTEGER));

export const Decimal = ({ min, max, ...o }: FieldOptions & { min?: number; max?: number } = {}) =>
  field(
    o,
    IsNumber({ allowNaN: false, allowInfinity: false }),
    ...(min === undefined ? [] : [Min(min)]),
    ...(max === undefined ? [] : [Max(max)]),
  );

export const Flag = (o: FieldOptions = {}) => field(o, IsBoolean());

export const OneOf = (values: readonly string[], o: FieldOptions = {}) => field(o, IsIn([...values]));

export const ListOfOneOf = (values: readonly string[], { max = 50, ...o }: FieldOptions & { max?: number } = {}) =>
  field(o, IsArray(), ArrayMaxSize(max), IsIn([...values], { each: true }));

export const Texts = ({ max = 50, length = 200, ...o }: FieldOptions & { max?: number; length?: number } = {}) =>
  field(o, IsArray(), ArrayMaxSize(max), IsString({ each: true }), MaxLength(length, { each: true }), storable(true));

/** The pattern lets 31 February pass; a calendar does not, and Date would silently make it March. */
const isOnCalendar = (value: unknown): boolean => {
  const [year = 0, month = 0, day = 0] = String(value).slice(0, 10).split('-').map(Number);
  return year > 0 && new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
};
const onCalendar = check('onCalendar', isOnCalendar, '$property must be a date of the calendar');

/** RFC 3339 with an offset or Z, e.g. `2026-12-01T18:00:00+01:00`. */
export const INSTANT =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
export const Instant = (o: FieldOptions = {}) =>
  field(
    { example: '2026-12-01T18:00:00+01:00', ...o },
    IsString(),
    Matches(INSTANT, { message: '$property must be an RFC 3339 instant with an offset' }),
    onCalendar,
  );

export const LOCAL_TIME = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;
/** Wall-clock time `HH:mm`; `24:00` ends a day. */
export const LocalTime = (o: FieldOptions = {}) =>
  field({ example: '08:00', ...o }, IsString(), Matches(LOCAL_TIME, { message: '$property must read HH:mm' }));

export const LOCAL_DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
export const LocalDate = (o: FieldOptions = {}) =>
  field(
    { example: '2026-12-24', ...o },
    IsString(),
    Matches(LOCAL_DATE, { message: '$property must read YYYY-MM-DD' }),
    onCalendar,
  );

export const LocalDates = ({ max = 400, ...o }: FieldOptions & { max?: number } = {}) =>
  field(
    { example: ['2026-12-22', '2026-12-29'], ...o },
    IsArray(),
    ArrayMaxSize(max),
    IsString({ each: true }),
    Matches(LOCAL_DATE, { each: true, message: 'each value in $property must read YYYY-MM-DD' }),
    check('onCalendar', isOnCalendar, 'each value in $property must be a date of the calendar', true),
  );

export const LOCAL_DATE_TIME = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T(([01]\d|2[0-3]):[0-5]\d|24:00)$/;
/** What a clock on a wall shows, without saying where the wall stands; `T24:00` ends a day. */
export const LocalDateTime = (o: FieldOptions = {}) =>
  field(
    { example: '2026-12-01T18:00', ...o },
    IsString(),
    Matches(LOCAL_DATE_TIME, { message: '$property must read YYYY-MM-DDTHH:mm' }),
    onCalendar,
  );

export const Slug = (o: FieldOptions = {}) =>
  field(
    { example: 'fjordvik', ...o },
    IsString(),
    Matches(/^[a-z][a-z0-9-]{1,62}$/, { message: '$property must be lower-case letters, digits and hyphens' }),
  );

/** Free-form JSON object; use only where the shape really is the caller's. */
export const Json = (o: FieldOptions = {}) => field(o, IsObject());

/** Any JSON value, for what is typed elsewhere, e.g. by a schema that a product registered. */
export const AnyValue = ({ max = 32_000, ...o }: FieldOptions & { max?: number } = {}) =>
  field(
    o,
    check('isValue', (value) => value !== undefined, '$property must be given'),
    check(
      'valueSize',
      (value) => (JSON.stringify(value) ?? '').length <= max,
      `$property must not exceed ${max} characters of JSON`,
    ),
  );

export const Nested = (type: () => Class<object>, o: FieldOptions = {}) =>
  field(o, IsObject(), ValidateNested(), Type(type));

export const ListOf = (
  type: () => Class<object>,
  { min = 0, max = 1000, ...o }: FieldOptions & { min?: number; max?: number } = {},
) =>
  // A list within the list would pass as one whose elements are all valid.
  field(
    o,
    IsArray(),
    ArrayMinSize(min),
    ArrayMaxSize(max),
    IsObject({ each: true }),
    ValidateNested({ each: true }),
    Type(type),
  );
