import { AnyValue, Flag, Instant, ListOf, Nested, OneOf, Text, Texts, Whole } from '@kit/contracts';

/** Resources as RFC 7643 shapes them. A caller may leave attributes out, so that most are optional. */
export const SCIM_USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const SCIM_GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const SCIM_LIST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

export class ScimMeta {
  @OneOf(['User', 'Group'])
  resourceType: 'User' | 'Group';

  @Instant()
  created: string;

  @Instant()
  lastModified: string;

  @Text({ max: 2000 })
  location: string;

  @Text({ max: 40, description: 'Also the ETag', example: 'W/"3"' })
  version: string;
}

export class ScimName {
  @Text({ max: 500, optional: true })
  formatted?: string;

  @Text({ optional: true })
  givenName?: string;

  @Text({ optional: true })
  familyName?: string;
}

export class ScimEmail {
  @Text({ max: 254 })
  value: string;

  @Text({ max: 40, optional: true, example: 'work' })
  type?: string;

  @Flag({ optional: true })
  primary?: boolean;
}

export class ScimUser {
  @Texts({ max: 5 })
  schemas: string[];

  @Text({ max: 40 })
  id: string;

  @Text({ max: 500, optional: true, description: 'Id of the person in the directory' })
  externalId?: string;

  @Text({ max: 254, optional: true, description: 'The address the person signs in with' })
  userName?: string;

  @Nested(() => ScimName, { optional: true })
  name?: ScimName;

  @Text({ optional: true })
  displayName?: string;

  @Flag({ optional: true, description: 'false: deactivated; every session has ended' })
  active?: boolean;

  @ListOf(() => ScimEmail, { optional: true })
  emails?: ScimEmail[];

  @Nested(() => ScimMeta, { optional: true })
  meta?: ScimMeta;
}

export class ScimMember {
  @Text({ max: 40 })
  value: string;

  @Text({ optional: true })
  display?: string;

  @OneOf(['User'], { optional: true })
  type?: 'User';
}

export class ScimGroup {
  @Texts({ max: 5 })
  schemas: string[];

  @Text({ max: 40, description: 'Also the id of the organization behind the group' })
  id: string;

  @Text({ max: 500, optional: true })
  externalId?: string;

  @Text({ optional: true })
  displayName?: string;

  @ListOf(() => ScimMember, { max: 100_000, optional: true })
  members?: ScimMember[];

  @Nested(() => ScimMeta, { optional: true })
  meta?: ScimMeta;
}

class ScimResults {
  @Texts({ max: 1, example: [SCIM_LIST_SCHEMA] })
  schemas: string[];

  @Whole({ min: 0 })
  totalResults: number;

  @Whole({ min: 1 })
  startIndex: number;

  @Whole({ min: 0 })
  itemsPerPage: number;
}

export class ScimUserList extends ScimResults {
  @ListOf(() => ScimUser)
  Resources: ScimUser[];
}

export class ScimGroupList extends ScimResults {
  @ListOf(() => ScimGroup)
  Resources: ScimGroup[];
}

/** What the service provider says of itself: ResourceTypes and Schemas. */
export class ScimDiscovery extends ScimResults {
  @AnyValue()
  Resources: unknown;
}

export class ScimServiceProviderConfig {
  @Texts({ max: 1 })
  schemas: string[];

  @AnyValue()
  patch: unknown;

  @AnyValue()
  bulk: unknown;

  @AnyValue()
  filter: unknown;

  @AnyValue()
  changePassword: unknown;

  @AnyValue()
  sort: unknown;

  @AnyValue()
  etag: unknown;

  @AnyValue()
  authenticationSchemes: unknown;

  @AnyValue()
  meta: unknown;
}
