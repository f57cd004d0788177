import type { Operation } from '@kit/contracts';
import {
  createApiKey,
  createRole,
  createScimGroup,
  createScimUser,
  createServiceAccount,
  deleteScimGroup,
  deleteScimUser,
  getScimGroup,
  getScimUser,
  grantRole,
  listScimGroups,
  listScimUsers,
  patchScimGroup,
  patchScimUser,
  replaceScimGroup,
  replaceScimUser,
} from '@platform/contracts';
import type { CallAs, PlatformWorld, TestTenant } from './world.js';

const OPERATIONS: Record<string, Operation> = {
  'GET Users': listScimUsers,
  'POST Users': createScimUser,
  'GET Users/': getScimUser,
  'PUT Users/': replaceScimUser,
  'PATCH Users/': patchScimUser,
  'DELETE Users/': deleteScimUser,
  'GET Groups': listScimGroups,
  'POST Groups': createScimGroup,
  'GET Groups/': getScimGroup,
  'PUT Groups/': replaceScimGroup,
  'PATCH Groups/': patchScimGroup,
  'DELETE Groups/': deleteScimGroup,
};

/** What a directory reads of an answer; of each kind of answer a part is there. */
export interface ScimBody {
  id: string;
  schemas: string[];
  externalId: string;
  userName: string;
  displayName: string;
  name: object;
  active: boolean;
  members: { value: string }[];
  meta: { version: string; location: string };
  totalResults: number;
  Resources: ScimBody[];
}

export interface ScimAnswer {
  code: string;
  body: ScimBody;
  refusal: unknown;
}

let roles = 0;

/** A service account with one permission, as an administrator makes it for a directory; the key it sends. */
export async function directoryKey(
  world: PlatformWorld,
  tenant: TestTenant,
  permissions = ['platform.scim.provision'],
): Promise<{ id: string; key: string }> {
  const as = { token: tenant.token };
  const { id } = await world.done(createServiceAccount, { name: 'Directory' }, as);
  roles += 1;
  const role = { key: `directory_${roles}`, name: 'Directory', scope: 'tenant' as const, permissions };
  const { id: roleId } = await world.done(createRole, role, as);
  await world.done(grantRole, { id, roleId, scope: 'tenant' }, as);
  const { key } = await world.done(createApiKey, { id, name: 'production' }, as);
  return { id, key };
}

/** Requests the way a directory writes them: `PATCH /Users/{id}` with a body, `GET /Users?filter=…`. */
export function directory(world: PlatformWorld, key: string, caller: CallAs = {}) {
  return async (request: string, body?: unknown, headers: { ifMatch?: string } = {}): Promise<ScimAnswer> => {
    const [, method = '', path = '', query = ''] = /^(\w+) \/([^?]+)\??(.*)$/s.exec(request) ?? [];
    const [collection, id] = path.split('/');
    const operation = OPERATIONS[`${method} ${collection}${id === undefined ? '' : '/'}`];
    if (!operation) throw new Error(`there is no ${request}`);
    const { startIndex, count, ...parameters } = Object.fromEntries(new URLSearchParams(query)) as Record<
      string,
      string
    >;
    const answer = await world.call(
      operation,
      {
        authorization: `Bearer ${key}`,
        ...(id !== undefined && { id }),
        ...parameters,
        ...(startIndex !== undefined && { startIndex: Number(startIndex) }),
        ...(count !== undefined && { count: Number(count) }),
        ...(body !== undefined && { resource: typeof body === 'string' ? body : JSON.stringify(body) }),
        ...headers,
      },
      caller,
    );
    return { code: answer.ok ? 'OK' : answer.refusal.code, body: answer.value as ScimBody, refusal: answer.refusal };
  };
}

export type Directory = ReturnType<typeof directory>;
