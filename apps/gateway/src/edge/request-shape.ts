import {
  type Class,
  type FieldError,
  MALFORMED_REQUEST,
  type Operation,
  pathParameters,
  Refusal,
  VALIDATION_FAILED,
} from '@kit/contracts';
import { violations } from '@kit/service/edge';
import { getMetadataStorage } from 'class-validator';

type Values = Record<string, unknown>;

/** What one HTTP request says, wherever it says it. */
export interface RequestParts {
  readonly params: Values;
  readonly query: Values;
  readonly body: unknown;
  /** Properties that the route reads from cookies and header fields. */
  readonly carried: Values;
}

/** Reads and checks the requests of one operation; everything that can be known beforehand is. */
export class RequestShape {
  private readonly names: ReadonlySet<string>;
  private readonly pathNames: readonly string[];
  private readonly types = new Map<string, unknown>();
  private readonly carriedNames: readonly string[];
  private readonly queryNames: readonly string[];
  private readonly readsBody: boolean;
  /** Parameters that are not served are ignored: SCIM (RFC 7644 3.4.2.3) has it so. */
  private readonly overlooks: boolean;
  private readonly request: Class<object>;

  constructor(operation: Operation) {
    this.request = operation.request;
    const metadata = getMetadataStorage().getTargetValidationMetadatas(this.request, '', true, false);
    this.names = new Set(metadata.map(({ propertyName }) => propertyName));
    for (const name of this.names)
      this.types.set(name, Reflect.getMetadata('design:type', this.request.prototype, name));
    this.pathNames = operation.http ? pathParameters(operation.http.path) : [];
    const unknown = this.pathNames.filter((name) => !this.names.has(name));
    if (unknown.length > 0)
      throw new Error(`${operation.id}: path parameters ${unknown.join(', ')} are not properties of its request`);
    this.carriedNames = Object.keys({ ...operation.http?.cookies, ...operation.http?.fields });
    this.queryNames = operation.http?.query ?? [];
    const undeclared = this.queryNames.filter((name) => !this.names.has(name));
    if (undeclared.length > 0)
      throw new Error(`${operation.id}: query parameters ${undeclared.join(', ')} are not properties of its request`);
    this.overlooks = operation.http?.answers === 'scim';
    this.readsBody = operation.http?.method !== 'GET' && operation.http?.method !== 'DELETE';
  }

  /**
   * The request as the service will read it.
   * @throws Refusal VALIDATION_FAILED with every problem at once, MALFORMED_REQUEST when it cannot be read at all.
   */
  read(parts: RequestParts): string {
    const errors: FieldError[] = [];
    const values = this.gather(parts, errors);
    for (const name of Object.keys(values)) {
      if (!this.names.has(name))
        errors.push({ path: name, code: 'UNKNOWN_PROPERTY', message: `${name} is not a property of this request` });
    }
    if (this.names.size > 0) this.check(values, errors);
    if (errors.length > 0) throw new Refusal(VALIDATION_FAILED, { errors });
    return this.names.size > 0 ? serialise(values) : '{}';
  }

  private gather({ params, query, body, carried }: RequestParts, errors: FieldError[]): Values {
    const values: Values = Object.create(null);
    if (this.readsBody) {
      if (body !== undefined && body !== null) {
        if (typeof body !== 'object' || Array.isArray(body)) {
          errors.push({ path: '', code: 'IS_OBJECT', message: 'the body must be a JSON object' });
        } else {
          Object.assign(values, body);
        }
      }
      for (const name of this.pathNames) {
        if (name in values)
          errors.push({
            path: name,
            code: 'GIVEN_TWICE',
            message: `${name} is part of the path; leave it out of the body`,
          });
      }
    }
    if (this.readsBody) {
      for (const name of this.queryNames) {
        if (name in values)
          errors.push({
            path: name,
            code: 'IN_QUERY',
            message: `${name} is a query parameter; leave it out of the body`,
          });
        delete values[name];
      }
    }
    for (const [name, value] of Object.entries(query)) {
      if (this.overlooks && (this.readsBody || !this.names.has(name))) continue;
      if (this.readsBody && !this.queryNames.includes(name)) {
        errors.push({
          path: name,
          code: 'UNKNOWN_PROPERTY',
          message: `${name} is not a query parameter of this request`,
        });
      } else if (name in values || this.pathNames.includes(name)) {
        errors.push({ path: name, code: 'GIVEN_TWICE', message: `${name} is given twice` });
      } else {
        values[name] = this.coerce(name, value);
      }
    }
    for (const name of this.pathNames) values[name] = this.coerce(name, params[name]);
    for (const name of this.carriedNames) {
      if (name in values)
        errors.push({ path: name, code: 'UNKNOWN_PROPERTY', message: `${name} is not a property of this request` });
      else if (carried[name] !== undefined) values[name] = carried[name];
    }
    return values;
  }

  /** Text of the address to the declared type; what does not read as that type is left for validation to name. */
  private coerce(name: string, value: unknown): unknown {
    switch (this.types.get(name)) {
      case Number:
        return typeof value === 'string' && /^-?\d{1,15}(\.\d{1,10})?$/.test(value) ? Number(value) : value;
      case Boolean:
        return value === 'true' ? true : value === 'false' ? false : value;
      case Array:
        return Array.isArray(value) ? value : [value];
      default:
        return value;
    }
  }

  private check(values: Values, errors: FieldError[]): void {
    const known = Object.fromEntries(Object.entries(values).filter(([name]) => this.names.has(name)));
    errors.push(...within(() => violations(this.request, known).errors));
  }
}

/** What is nested deeper than the stack cannot be read; that is the caller's fault, not ours. */
function within<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof RangeError ? new Refusal(MALFORMED_REQUEST) : error;
  }
}

/**
 * A NUL or half a surrogate pair that is really there, not the text of an escape: no database keeps them. Fields of text
 * refuse them by themselves; this is for what a caller may shape freely. (JSON.stringify escapes only lone halves.)
 */
const UNSTORABLE = /(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f])/;

function serialise(values: Values): string {
  const json = within(() => JSON.stringify(values));
  if (json.includes('\\u') && UNSTORABLE.test(json)) {
    const message = 'text must not contain the character U+0000 or half a surrogate pair';
    throw new Refusal(VALIDATION_FAILED, { errors: [{ path: '', code: 'STORABLE_TEXT', message }] });
  }
  return json;
}
