import { MALFORMED_REQUEST, NOT_FOUND, Refusal } from '@kit/contracts';
import {
  SCIM_GROUP_SCHEMA,
  SCIM_LIST_SCHEMA,
  SCIM_SYNTAX_INVALID,
  SCIM_USER_SCHEMA,
  type ScimGroup,
  type ScimMember,
  type ScimMeta,
  type ScimUser,
} from '@platform/contracts';
import type { UserRow } from '../identity.mapper.js';
import { isObject, type ScimKind, type Values } from './domain/attributes.js';
import { isActive, type Kept } from './domain/person.js';

export interface ScimUserRow extends UserRow {
  external_id: string | null;
  attributes: Kept;
  origin: 'created' | 'adopted';
  managed: 'active' | 'deleted';
  updated_at: Date;
}

export interface ScimGroupRow extends Record<string, unknown> {
  id: string;
  external_id: string | null;
  name: string;
  created_at: Date;
  updated_at: Date;
  version: number;
  members: { value: string; display: string }[] | null;
}

/** A resource as operations of a PATCH find it. */
export const documentOfUser = (row: ScimUserRow): Values => ({
  ...row.attributes,
  userName: row.email,
  active: isActive(row.status),
  ...(row.external_id !== null && { externalId: row.external_id }),
});

export function toScimUser(row: ScimUserRow, base: string): ScimUser {
  const { name, emails } = row.attributes;
  return {
    schemas: [SCIM_USER_SCHEMA],
    id: row.id,
    ...(row.external_id !== null && { externalId: row.external_id }),
    userName: row.email,
    name: { formatted: row.name, ...name },
    displayName: row.name,
    active: isActive(row.status),
    emails: emails ?? [{ value: row.email, type: 'work', primary: true }],
    meta: metaOf('User', row, base),
  };
}

export function toScimGroup(row: ScimGroupRow, base: string): ScimGroup {
  const members = (row.members ?? []).map((member): ScimMember => ({ ...member, type: 'User' }));
  return {
    schemas: [SCIM_GROUP_SCHEMA],
    id: row.id,
    ...(row.external_id !== null && { externalId: row.external_id }),
    displayName: row.name,
    members,
    meta: metaOf('Group', row, base),
  };
}

function metaOf(
  resourceType: ScimKind,
  row: { id: string; created_at: Date; updated_at: Date; version: number },
  base: string,
): ScimMeta {
  return {
    resourceType,
    created: row.created_at.toISOString(),
    lastModified: row.updated_at.toISOString(),
    location: `${base}/scim/v2/${resourceType}s/${row.id}`,
    version: `W/"${row.version}"`,
  };
}

const names = (list: string): Set<string> =>
  new Set(
    list.split(',').map((name) =>
      name
        .trim()
        .replace(/^urn:.*:/i, '')
        .replace(/\..*$/, '')
        .toLowerCase(),
    ),
  );

interface Picked {
  attributes?: string;
  excludedAttributes?: string;
}

/** The attributes that were asked for; `schemas` and `id` are always told. */
export function picked<R extends ScimUser | ScimGroup>(resource: R, { attributes, excludedAttributes }: Picked): R {
  const always = ['schemas', 'id'];
  const only = attributes ? names(attributes) : null;
  const without = excludedAttributes ? names(excludedAttributes) : null;
  const kept = Object.entries(resource).filter(([name]) => {
    if (always.includes(name)) return true;
    return (only?.has(name.toLowerCase()) ?? true) && !without?.has(name.toLowerCase());
  });
  return Object.fromEntries(kept) as unknown as R;
}

export const wants = (name: string, { attributes, excludedAttributes }: Picked): boolean =>
  (attributes ? names(attributes).has(name) : true) && !(excludedAttributes && names(excludedAttributes).has(name));

const MOST = 200;
const USUAL = 100;

/** RFC 7644 3.4.2.4: what is too small counts as the smallest. */
export const windowOf = ({ startIndex = 1, count = USUAL }: { startIndex?: number; count?: number }) => ({
  startIndex: Math.max(1, startIndex),
  count: Math.min(MOST, Math.max(0, count)),
});

export const listOf = <R>(totalResults: number, startIndex: number, resources: R[]) => ({
  schemas: [SCIM_LIST_SCHEMA],
  totalResults,
  startIndex,
  itemsPerPage: resources.length,
  Resources: resources,
});

/** @throws Refusal SCIM_SYNTAX_INVALID */
export function bodyIn(resource: string): Values {
  let body: unknown;
  try {
    body = JSON.parse(resource);
  } catch {
    throw new Refusal(SCIM_SYNTAX_INVALID, { detail: MALFORMED_REQUEST.text.en });
  }
  if (!isObject(body)) throw new Refusal(SCIM_SYNTAX_INVALID, { detail: 'The body must be a JSON object.' });
  return body;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const isId = (text: string): boolean => UUID.test(text);

/** An id of another shape than ours is nobody's. @throws Refusal NOT_FOUND */
export function requireId(id: string): string {
  if (!isId(id)) throw new Refusal(NOT_FOUND);
  return id.toLowerCase();
}
