import { Refusal } from '@kit/contracts';
import { SCIM_NO_TARGET, SCIM_PATH_INVALID, SCIM_SYNTAX_INVALID, SCIM_VALUE_INVALID } from '@platform/contracts';
import { type ScimPatchOperation, type ScimResource, scimPatch } from 'scim-patch';
import { type Filter, parse, stringify } from 'scim2-parse-filter';
import {
  type Attribute,
  attributeNamed,
  attributesOf,
  isObject,
  known,
  readFlag,
  readValue,
  type ScimKind,
  type Values,
  withoutSchema,
} from './attributes.js';
import { quoted } from './filter.js';

const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:patchop';
const MAX_OPERATIONS = 1000;

interface Target {
  readonly attribute: Attribute;
  /** Which of a list, in canonical form. */
  readonly filter: string | null;
  readonly part: Attribute | null;
}

/**
 * A resource after the operations of a PATCH. What directories write their own way (case, text for booleans, attributes
 * as keys of an object without a path, values without quotes) is brought to the letter of RFC 7644 first; operations on
 * attributes that are not kept do nothing.
 * @throws Refusal SCIM_SYNTAX_INVALID, SCIM_PATH_INVALID, SCIM_VALUE_INVALID, SCIM_NO_TARGET
 */
export function patched(kind: ScimKind, resource: Values, body: Values): Values {
  const document = copyOf(resource);
  const lists = attributesOf(kind).filter(({ type }) => type === 'list');
  for (const operation of operationsIn(kind, body)) {
    // The library takes a list that is not there for a mistake.
    for (const { name } of lists) document[name] ??= [];
    apply(document, operation);
  }
  return known(attributesOf(kind), document);
}

function apply(document: Values, operation: ScimPatchOperation): void {
  try {
    scimPatch(document as unknown as ScimResource, [operation], { mutateDocument: true, treatMissingAsAdd: true });
  } catch (error) {
    const code = (error as { scimCode?: string }).scimCode;
    if (code === undefined) throw error;
    const { message: detail } = error as Error;
    throw new Refusal(code === 'noTarget' ? SCIM_NO_TARGET : SCIM_SYNTAX_INVALID, { detail });
  }
}

function operationsIn(kind: ScimKind, body: Values): ScimPatchOperation[] {
  const schemas = member(body, 'schemas');
  const named = Array.isArray(schemas) && schemas.some((schema) => String(schema).toLowerCase() === PATCH_SCHEMA);
  const operations = member(body, 'operations');
  if (!named || !Array.isArray(operations) || operations.length === 0 || operations.length > MAX_OPERATIONS)
    throw syntax('a PATCH names its schema and has Operations');
  return operations.flatMap((operation) => {
    if (!isObject(operation)) throw syntax('an operation is an object');
    return canonical(kind, operation);
  });
}

function canonical(kind: ScimKind, operation: Values): ScimPatchOperation[] {
  const op = String(member(operation, 'op')).toLowerCase();
  const path = member(operation, 'path');
  const value = member(operation, 'value');
  if (op !== 'add' && op !== 'replace' && op !== 'remove') throw syntax('op is add, replace or remove');
  if (path !== undefined && path !== null && path !== '') {
    if (typeof path !== 'string') throw new Refusal(SCIM_PATH_INVALID);
    return onPath(kind, op, path, value);
  }
  if (op === 'remove') throw new Refusal(SCIM_NO_TARGET, { detail: 'a removal names its path' });
  if (!isObject(value)) throw new Refusal(SCIM_VALUE_INVALID, { detail: 'without a path the value is an object' });
  return Object.entries(value).flatMap(([key, part]) => onPath(kind, op, key, part));
}

function onPath(kind: ScimKind, op: 'add' | 'replace' | 'remove', path: string, value: unknown): ScimPatchOperation[] {
  const target = targetOf(kind, path);
  if (!target) return [];
  const { attribute, filter, part } = target;
  const canonicalPath = attribute.name + (filter === null ? '' : `[${filter}]`) + (part ? `.${part.name}` : '');
  const whole = part === null && filter === null;
  if (op === 'remove' && !(whole && attribute.type === 'list' && value)) return [{ op, path: canonicalPath }];
  const read = valueFor(target, value);
  if (read === undefined) return op === 'add' ? [] : [{ op: 'remove', path: canonicalPath }];
  return [{ op, path: canonicalPath, value: read }];
}

function valueFor({ attribute, filter, part }: Target, value: unknown): unknown {
  if (part) return readValue(part, value);
  if (filter === null) return readValue(attribute, value);
  if (!isObject(value)) throw new Refusal(SCIM_VALUE_INVALID, { detail: `one of ${attribute.name} is an object` });
  return known(attribute.parts ?? [], value);
}

const PATH = /^([A-Za-z][\w$-]*)(?:\[(.+)\])?(?:\.([A-Za-z$][\w$-]*))?$/s;
/** Of an extension, of which nothing is kept. */
const EXTENSION = /^urn:/i;

/** null: an attribute that is not kept. @throws Refusal SCIM_PATH_INVALID */
function targetOf(kind: ScimKind, path: string): Target | null {
  const plain = withoutSchema(path.trim());
  if (EXTENSION.test(plain)) return null;
  const [, name, filter, partName] = PATH.exec(plain) ?? [];
  if (name === undefined) throw new Refusal(SCIM_PATH_INVALID, { detail: `${path} is no path` });
  const attribute = attributeNamed(attributesOf(kind), name);
  if (!attribute) return null;
  const part = partName === undefined ? null : attributeNamed(attribute.parts ?? [], partName);
  if (partName !== undefined && part === null) return null;
  if (filter === undefined) return { attribute, filter: null, part };
  if (attribute.type !== 'list') throw new Refusal(SCIM_PATH_INVALID, { detail: `${attribute.name} is no list` });
  return { attribute, filter: canonicalFilter(attribute, filter), part };
}

function canonicalFilter(attribute: Attribute, filter: string): string {
  let parsed: Filter;
  try {
    parsed = parse(quoted(filter));
  } catch {
    throw new Refusal(SCIM_PATH_INVALID, { detail: `${filter} is no filter` });
  }
  return stringify(renamed(attribute, parsed));
}

function renamed(attribute: Attribute, filter: Filter): Filter {
  if (filter.op === 'and' || filter.op === 'or')
    return { ...filter, filters: filter.filters.map((part) => renamed(attribute, part)) } as Filter;
  if (filter.op !== 'eq' || !('compValue' in filter)) throw new Refusal(SCIM_PATH_INVALID);
  const part = attributeNamed(attribute.parts ?? [], filter.attrPath);
  if (!part) throw new Refusal(SCIM_PATH_INVALID, { detail: `${filter.attrPath} is no part of ${attribute.name}` });
  const { compValue } = filter;
  const value = part.type === 'flag' ? readFlag(part, compValue) : String(compValue);
  const folded = part.folded ? String(value).toLowerCase() : value;
  return { op: 'eq', attrPath: part.name, compValue: folded };
}

function member(object: Values, name: string): unknown {
  const key = Object.keys(object).find((candidate) => candidate.toLowerCase() === name);
  return key === undefined ? undefined : object[key];
}

const syntax = (detail: string): Refusal => new Refusal(SCIM_SYNTAX_INVALID, { detail });

const copyOf = (resource: Values): Values => JSON.parse(JSON.stringify(resource)) as Values;
