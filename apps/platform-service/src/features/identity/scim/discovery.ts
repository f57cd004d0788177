import {
  SCIM_GROUP_SCHEMA,
  SCIM_LIST_SCHEMA,
  SCIM_USER_SCHEMA,
  type ScimDiscovery,
  type ScimServiceProviderConfig,
} from '@platform/contracts';
import { type Attribute, attributesOf, type ScimKind } from './domain/attributes.js';

export const serviceProviderConfig = (base: string): ScimServiceProviderConfig => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: 200 },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: true },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'API key',
      description: 'An API key of a service account as bearer token',
      primary: true,
    },
  ],
  meta: { resourceType: 'ServiceProviderConfig', location: `${base}/scim/v2/ServiceProviderConfig` },
});

export const resourceTypes = (base: string): ScimDiscovery =>
  discovery(
    (['User', 'Group'] as const).map((name) => ({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: name,
      name,
      endpoint: `/${name}s`,
      schema: name === 'User' ? SCIM_USER_SCHEMA : SCIM_GROUP_SCHEMA,
      meta: { resourceType: 'ResourceType', location: `${base}/scim/v2/ResourceTypes/${name}` },
    })),
  );

export const schemas = (base: string): ScimDiscovery =>
  discovery([schema('User', SCIM_USER_SCHEMA, base), schema('Group', SCIM_GROUP_SCHEMA, base)]);

const schema = (kind: ScimKind, id: string, base: string) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
  id,
  name: kind,
  attributes: attributesOf(kind).map(described),
  meta: { resourceType: 'Schema', location: `${base}/scim/v2/Schemas/${id}` },
});

const TYPES = { text: 'string', flag: 'boolean', complex: 'complex', list: 'complex' } as const;
const REQUIRED = new Set(['userName', 'displayName']);
const UNIQUE = new Set(['userName', 'externalId']);

const described = ({ name, type, parts }: Attribute): Record<string, unknown> => ({
  name,
  type: TYPES[type],
  multiValued: type === 'list',
  required: REQUIRED.has(name),
  caseExact: name === 'externalId',
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: UNIQUE.has(name) ? 'server' : 'none',
  ...(parts && { subAttributes: parts.map(described) }),
});

const discovery = (resources: Record<string, unknown>[]): ScimDiscovery => ({
  schemas: [SCIM_LIST_SCHEMA],
  totalResults: resources.length,
  startIndex: 1,
  itemsPerPage: resources.length,
  Resources: resources,
});
