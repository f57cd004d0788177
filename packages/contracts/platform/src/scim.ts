import {
  anonymous,
  type ErrorCode,
  FORBIDDEN,
  Id,
  LIMIT_EXCEEDED,
  ListOf,
  NOT_FOUND,
  Nothing,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  STALE_VERSION,
  TENANT_MISMATCH,
  TENANT_SUSPENDED,
  Text,
  Whole,
} from '@kit/contracts';
import { GRANT_EXCEEDS_OWN, GRANT_SCOPE_INVALID, LAST_ADMINISTRATOR } from './access.errors.js';
import { operation } from './context.js';
import { EMAIL_TAKEN } from './identity.errors.js';
import { API_KEY_INVALID } from './machines.errors.js';
import { GRANT_SCOPES, type GrantScope } from './products.js';
import {
  SCIM_ADDRESS_UNPROVEN,
  SCIM_FILTER_INVALID,
  SCIM_NO_TARGET,
  SCIM_PATH_INVALID,
  SCIM_SYNTAX_INVALID,
  SCIM_UNIQUENESS,
  SCIM_VALUE_INVALID,
} from './scim.errors.js';
import {
  ScimDiscovery,
  ScimGroup,
  ScimGroupList,
  ScimServiceProviderConfig,
  ScimUser,
  ScimUserList,
} from './scim-resources.js';
import { ORGANIZATION_IN_USE } from './tenancy.errors.js';

/** Directories send one long-lived key with every request: an API key of a service account, as it is. */
class AsDirectory {
  @Text({ max: 16_384, optional: true, description: '`Bearer ` and an API key of a service account' })
  authorization?: string;
}

/** Which attributes the answer names; `schemas` and `id` it always does. */
class Picking extends AsDirectory {
  @Text({ max: 1000, optional: true, description: 'Only these, separated by commas', example: 'userName,active' })
  attributes?: string;

  @Text({ max: 1000, optional: true, description: 'All but these, separated by commas', example: 'members' })
  excludedAttributes?: string;
}

export class ListScim extends Picking {
  @Text({
    max: 2000,
    optional: true,
    description: 'Comparisons by `eq`, joined by `and`',
    example: 'userName eq "kari@example.no"',
  })
  filter?: string;

  @Whole({ optional: true, description: 'The first is 1', example: 1 })
  startIndex?: number;

  @Whole({ optional: true, description: 'At most 200 come at once', example: 100 })
  count?: number;
}

export class GetScim extends Picking {
  @Text({ max: 100 })
  id: string;
}

export class CreateScim extends AsDirectory {
  @Text({ max: 1_000_000, description: 'The resource', example: '{"userName":"kari@example.no","displayName":"Kari"}' })
  resource: string;
}

export class ChangeScim extends AsDirectory {
  @Text({ max: 100 })
  id: string;

  @Text({ max: 200, optional: true, description: 'Changes only the version that was read' })
  ifMatch?: string;

  @Text({
    max: 1_000_000,
    description: 'The resource, or the operations on it',
    example: '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[]}',
  })
  resource: string;
}

export class DeleteScim extends AsDirectory {
  @Text({ max: 100 })
  id: string;

  @Text({ max: 200, optional: true })
  ifMatch?: string;
}

const byKey = anonymous('the API key of a directory is the proof', { tenant: false });
const authorization = { authorization: 'authorization' };
const conditional = { ...authorization, ifMatch: 'if-match' };
const route = { base: '', answers: 'scim', refusals: 'scim' } as const;
const ALWAYS: ErrorCode[] = [API_KEY_INVALID, FORBIDDEN, TENANT_SUSPENDED, TENANT_MISMATCH];
const WRITING: ErrorCode[] = [...ALWAYS, SCIM_SYNTAX_INVALID, SCIM_VALUE_INVALID, SCIM_UNIQUENESS];
const WRITING_ONE: ErrorCode[] = [...WRITING, NOT_FOUND, STALE_VERSION];
const PATCHING: ErrorCode[] = [SCIM_PATH_INVALID, SCIM_NO_TARGET];
const OF_USERS: ErrorCode[] = [EMAIL_TAKEN, LAST_ADMINISTRATOR, LIMIT_EXCEEDED, SCIM_ADDRESS_UNPROVEN];

export const getScimServiceProviderConfig = operation({
  id: 'getScimServiceProviderConfig',
  subject: 'scim-config.get.v1',
  summary: 'What of SCIM is served',
  http: { ...route, method: 'GET', path: '/scim/v2/ServiceProviderConfig' },
  request: Nothing,
  response: ScimServiceProviderConfig,
  access: anonymous('says nothing of anybody', { tenant: false }),
});

export const listScimResourceTypes = operation({
  id: 'listScimResourceTypes',
  subject: 'scim-resource-type.list.v1',
  summary: 'Which kinds of resources there are',
  http: { ...route, method: 'GET', path: '/scim/v2/ResourceTypes' },
  request: Nothing,
  response: ScimDiscovery,
  access: anonymous('says nothing of anybody', { tenant: false }),
});

export const listScimSchemas = operation({
  id: 'listScimSchemas',
  subject: 'scim-schema.list.v1',
  summary: 'Which attributes resources have',
  http: { ...route, method: 'GET', path: '/scim/v2/Schemas' },
  request: Nothing,
  response: ScimDiscovery,
  access: anonymous('says nothing of anybody', { tenant: false }),
});

export const listScimUsers = operation({
  id: 'listScimUsers',
  subject: 'scim-user.list.v1',
  summary: 'List the people that the directory manages',
  http: { ...route, method: 'GET', path: '/scim/v2/Users', fields: authorization },
  request: ListScim,
  response: ScimUserList,
  access: byKey,
  errors: [...ALWAYS, SCIM_FILTER_INVALID],
});

export const getScimUser = operation({
  id: 'getScimUser',
  subject: 'scim-user.get.v1',
  summary: 'Read a person that the directory manages',
  http: { ...route, method: 'GET', path: '/scim/v2/Users/{id}', fields: authorization },
  request: GetScim,
  response: ScimUser,
  access: byKey,
  errors: [...ALWAYS, NOT_FOUND],
});

export const createScimUser = operation({
  id: 'createScimUser',
  subject: 'scim-user.create.v1',
  summary: 'Add a person, or take over the account that has the address already',
  http: { ...route, method: 'POST', path: '/scim/v2/Users', status: 201, fields: authorization, raw: 'resource' },
  request: CreateScim,
  response: ScimUser,
  access: byKey,
  errors: [...WRITING, ...OF_USERS],
});

export const replaceScimUser = operation({
  id: 'replaceScimUser',
  subject: 'scim-user.replace.v1',
  summary: 'Replace what the directory says of a person',
  http: { ...route, method: 'PUT', path: '/scim/v2/Users/{id}', fields: conditional, raw: 'resource' },
  request: ChangeScim,
  response: ScimUser,
  access: byKey,
  errors: [...WRITING_ONE, ...OF_USERS],
});

export const patchScimUser = operation({
  id: 'patchScimUser',
  subject: 'scim-user.patch.v1',
  summary: 'Change some of what the directory says of a person',
  http: { ...route, method: 'PATCH', path: '/scim/v2/Users/{id}', fields: conditional, raw: 'resource' },
  request: ChangeScim,
  response: ScimUser,
  access: byKey,
  errors: [...WRITING_ONE, ...PATCHING, ...OF_USERS],
});

export const deleteScimUser = operation({
  id: 'deleteScimUser',
  subject: 'scim-user.delete.v1',
  summary: 'Deactivate a person and manage them no longer; a later POST of the same userName finds the account again',
  http: { ...route, method: 'DELETE', path: '/scim/v2/Users/{id}', status: 204, fields: conditional },
  request: DeleteScim,
  response: null,
  access: byKey,
  errors: [...ALWAYS, NOT_FOUND, STALE_VERSION, LAST_ADMINISTRATOR],
});

export const listScimGroups = operation({
  id: 'listScimGroups',
  subject: 'scim-group.list.v1',
  summary: 'List the groups that the directory has made',
  http: { ...route, method: 'GET', path: '/scim/v2/Groups', fields: authorization },
  request: ListScim,
  response: ScimGroupList,
  access: byKey,
  errors: [...ALWAYS, SCIM_FILTER_INVALID],
});

export const getScimGroup = operation({
  id: 'getScimGroup',
  subject: 'scim-group.get.v1',
  summary: 'Read a group that the directory has made',
  http: { ...route, method: 'GET', path: '/scim/v2/Groups/{id}', fields: authorization },
  request: GetScim,
  response: ScimGroup,
  access: byKey,
  errors: [...ALWAYS, NOT_FOUND],
});

export const createScimGroup = operation({
  id: 'createScimGroup',
  subject: 'scim-group.create.v1',
  summary: 'Add a group: an organization of the tenant with its members',
  http: { ...route, method: 'POST', path: '/scim/v2/Groups', status: 201, fields: authorization, raw: 'resource' },
  request: CreateScim,
  response: ScimGroup,
  access: byKey,
  errors: WRITING,
});

export const replaceScimGroup = operation({
  id: 'replaceScimGroup',
  subject: 'scim-group.replace.v1',
  summary: 'Replace a group and its members',
  http: { ...route, method: 'PUT', path: '/scim/v2/Groups/{id}', fields: conditional, raw: 'resource' },
  request: ChangeScim,
  response: ScimGroup,
  access: byKey,
  errors: [...WRITING_ONE, LAST_ADMINISTRATOR],
});

export const patchScimGroup = operation({
  id: 'patchScimGroup',
  subject: 'scim-group.patch.v1',
  summary: 'Rename a group, or add and remove members',
  http: { ...route, method: 'PATCH', path: '/scim/v2/Groups/{id}', fields: conditional, raw: 'resource' },
  request: ChangeScim,
  response: ScimGroup,
  access: byKey,
  errors: [...WRITING_ONE, ...PATCHING, LAST_ADMINISTRATOR],
});

export const deleteScimGroup = operation({
  id: 'deleteScimGroup',
  subject: 'scim-group.delete.v1',
  summary: 'End the memberships of a group, take back the roles it gave, and archive the organization behind it',
  http: { ...route, method: 'DELETE', path: '/scim/v2/Groups/{id}', status: 204, fields: conditional },
  request: DeleteScim,
  response: null,
  access: byKey,
  errors: [...ALWAYS, NOT_FOUND, STALE_VERSION, ORGANIZATION_IN_USE, LAST_ADMINISTRATOR],
});

/** A role that every member of a group gets. */
export class ScimGroupRole {
  @Id()
  roleId: string;

  @OneOf(GRANT_SCOPES, { example: 'org' })
  scope: GrantScope;

  @Id({ optional: true, description: 'Where, when the scope is `org`' })
  orgId?: string;
}

export class ScimGroupMapping {
  @Id()
  groupId: string;

  @Text({ max: 200 })
  displayName: string;

  @ListOf(() => ScimGroupRole)
  roles: ScimGroupRole[];
}

export class ScimGroupMappingPage extends pageOf(ScimGroupMapping) {}

export class PutScimGroupMapping {
  @Id()
  groupId: string;

  @ListOf(() => ScimGroupRole, { max: 20, description: 'All of them; what is left out is taken back' })
  roles: ScimGroupRole[];
}

export const listScimGroupMappings = operation({
  id: 'listScimGroupMappings',
  subject: 'scim-group-mapping.list.v1',
  summary: 'List the groups of the directory and the roles that their members get',
  http: { method: 'GET', path: '/scim/group-mappings' },
  request: PageQuery,
  response: ScimGroupMappingPage,
  access: permission('platform.scim.read'),
});

export const putScimGroupMapping = operation({
  id: 'putScimGroupMapping',
  subject: 'scim-group-mapping.put.v1',
  summary: 'Say which roles the members of a group get; whoever does must hold them',
  http: { method: 'PUT', path: '/scim/group-mappings' },
  request: PutScimGroupMapping,
  response: ScimGroupMapping,
  access: permission('platform.scim.map'),
  errors: [NOT_FOUND, GRANT_EXCEEDS_OWN, GRANT_SCOPE_INVALID, LAST_ADMINISTRATOR],
});

export const scimOperations = [
  getScimServiceProviderConfig,
  listScimResourceTypes,
  listScimSchemas,
  listScimUsers,
  getScimUser,
  createScimUser,
  replaceScimUser,
  patchScimUser,
  deleteScimUser,
  listScimGroups,
  getScimGroup,
  createScimGroup,
  replaceScimGroup,
  patchScimGroup,
  deleteScimGroup,
  listScimGroupMappings,
  putScimGroupMapping,
];
