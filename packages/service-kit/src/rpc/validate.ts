import { type Class, type FieldError, MALFORMED_REQUEST, Refusal, VALIDATION_FAILED } from '@kit/contracts';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, type ValidationError, ValidationTypes, validateSync } from 'class-validator';

const OPTIONS = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: false,
  validationError: { target: false, value: true },
} as const;

rememberRules();

/**
 * class-validator gathers the rules of a class, the inherited ones included, anew for each object: half the cost of a
 * check. They are the same each time, because classes do not change once they are declared.
 */
function rememberRules(): void {
  const storage = getMetadataStorage();
  type Gather = typeof storage.getTargetValidationMetadatas;
  const gather: Gather = storage.getTargetValidationMetadatas.bind(storage);
  const known = new WeakMap<object, Map<string, ReturnType<Gather>>>();
  storage.getTargetValidationMetadatas = (type, schema, always, strict, groups) => {
    if (groups?.length) return gather(type, schema, always, strict, groups);
    const variant = `${schema} ${always} ${strict}`;
    const ofType = known.get(type) ?? new Map<string, ReturnType<Gather>>();
    known.set(type, ofType);
    const rules = ofType.get(variant) ?? gather(type, schema, always, strict, groups);
    ofType.set(variant, rules);
    return rules;
  };
}

/** Every violation of a DTO class, nested ones by dotted path; empty when `plain` is valid. */
export function violations(type: Class<object>, plain: object): { value: object; errors: FieldError[] } {
  const { value, strangers } = nests(type)
    ? { value: plainToInstance(type, plain), strangers: [] }
    : copied(type, plain);
  return { value, errors: [...strangers, ...validateSync(value, OPTIONS).flatMap((error) => flatten(error, ''))] };
}

const nesting = new WeakMap<Class<object>, boolean>();

/** Whether class-transformer has anything to do: it costs more than the validation of a class that nests no other. */
function nests(type: Class<object>): boolean {
  let known = nesting.get(type);
  if (known === undefined) {
    known = getMetadataStorage()
      .getTargetValidationMetadatas(type, '', true, false)
      .some((metadata) => metadata.type === ValidationTypes.NESTED_VALIDATION);
    nesting.set(type, known);
  }
  return known;
}

/** class-validator asks `value.constructor` what to check: a caller must not be able to set it. */
const NEVER_COPIED = new Set(['__proto__', 'constructor', 'prototype']);

function copied(type: Class<object>, plain: object): { value: object; strangers: FieldError[] } {
  const value = new type() as Record<string, unknown>;
  const strangers: FieldError[] = [];
  for (const [name, content] of Object.entries(plain)) {
    if (!NEVER_COPIED.has(name)) value[name] = content;
    else strangers.push({ path: name, code: 'UNKNOWN_PROPERTY', message: `property ${name} should not exist` });
  }
  return { value, strangers };
}

/**
 * A request as its class describes it.
 * @throws Refusal VALIDATION_FAILED with every violated field, MALFORMED_REQUEST when it is no object at all
 */
export function validRequest<T extends object>(type: Class<T>, plain: unknown): T {
  if (plain === null || typeof plain !== 'object' || Array.isArray(plain)) throw new Refusal(MALFORMED_REQUEST);
  const { value, errors } = violations(type, plain);
  if (errors.length > 0) throw new Refusal(VALIDATION_FAILED, { errors });
  return value as T;
}

function flatten(error: ValidationError, prefix: string): FieldError[] {
  const path = prefix ? `${prefix}.${error.property}` : error.property;
  // What is not there violates every rule at once; one of them says it.
  if (error.value === undefined && error.constraints)
    return [{ path, code: 'REQUIRED', message: `${path} is required` }];
  const own = Object.entries(error.constraints ?? {}).map(([constraint, message]) => ({
    path,
    code: constraint === 'whitelistValidation' ? 'UNKNOWN_PROPERTY' : upperSnake(constraint),
    message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => flatten(child, path))];
}

const upperSnake = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
