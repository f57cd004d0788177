import { type Class, type FieldError, MALFORMED_REQUEST, Refusal, VALIDATION_FAILED } from '@kit/contracts';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';

const OPTIONS = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: false,
  validationError: { target: false, value: false },
} as const;

/** Every violation of a DTO class, nested ones by dotted path; empty when `plain` is valid. */
export function violations(type: Class<object>, plain: object): { value: object; errors: FieldError[] } {
  const value = plainToInstance(type, plain);
  return { value, errors: validateSync(value, OPTIONS).flatMap((error) => flatten(error, '')) };
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
  const own = Object.entries(error.constraints ?? {}).map(([constraint, message]) => ({
    path,
    code: constraint === 'whitelistValidation' ? 'UNKNOWN_PROPERTY' : upperSnake(constraint),
    message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => flatten(child, path))];
}

const upperSnake = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
