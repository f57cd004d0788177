import type { PageQuery } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller, Inject } from '@nestjs/common';
import {
  type ChangeScim,
  type CreateScim,
  createScimGroup,
  createScimUser,
  type DeleteScim,
  deleteScimGroup,
  deleteScimUser,
  type GetScim,
  getScimGroup,
  getScimServiceProviderConfig,
  getScimUser,
  type ListScim,
  listScimGroupMappings,
  listScimGroups,
  listScimResourceTypes,
  listScimSchemas,
  listScimUsers,
  type PutScimGroupMapping,
  patchScimGroup,
  patchScimUser,
  putScimGroupMapping,
  replaceScimGroup,
  replaceScimUser,
} from '@platform/contracts';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import { resourceTypes, schemas, serviceProviderConfig } from './discovery.js';
import { ScimGroupsService } from './scim-groups.service.js';
import { ScimMappingsService } from './scim-mappings.service.js';
import { ScimUsersService } from './scim-users.service.js';

@Controller()
export class ScimController {
  constructor(
    private readonly users: ScimUsersService,
    private readonly groups: ScimGroupsService,
    private readonly mappings: ScimMappingsService,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {}

  @Handles(getScimServiceProviderConfig)
  provider() {
    return serviceProviderConfig(this.config.apiUrl);
  }

  @Handles(listScimResourceTypes)
  resourceTypes() {
    return resourceTypes(this.config.apiUrl);
  }

  @Handles(listScimSchemas)
  schemas() {
    return schemas(this.config.apiUrl);
  }

  @Handles(listScimUsers)
  listUsers(ctx: RequestContext, request: ListScim) {
    return this.users.list(ctx, request);
  }

  @Handles(getScimUser)
  getUser(ctx: RequestContext, request: GetScim) {
    return this.users.get(ctx, request);
  }

  @Handles(createScimUser)
  createUser(ctx: RequestContext, request: CreateScim) {
    return this.users.create(ctx, request);
  }

  @Handles(replaceScimUser)
  replaceUser(ctx: RequestContext, request: ChangeScim) {
    return this.users.replace(ctx, request);
  }

  @Handles(patchScimUser)
  patchUser(ctx: RequestContext, request: ChangeScim) {
    return this.users.patch(ctx, request);
  }

  @Handles(deleteScimUser)
  deleteUser(ctx: RequestContext, request: DeleteScim) {
    return this.users.remove(ctx, request);
  }

  @Handles(listScimGroups)
  listGroups(ctx: RequestContext, request: ListScim) {
    return this.groups.list(ctx, request);
  }

  @Handles(getScimGroup)
  getGroup(ctx: RequestContext, request: GetScim) {
    return this.groups.get(ctx, request);
  }

  @Handles(createScimGroup)
  createGroup(ctx: RequestContext, request: CreateScim) {
    return this.groups.create(ctx, request);
  }

  @Handles(replaceScimGroup)
  replaceGroup(ctx: RequestContext, request: ChangeScim) {
    return this.groups.replace(ctx, request);
  }

  @Handles(patchScimGroup)
  patchGroup(ctx: RequestContext, request: ChangeScim) {
    return this.groups.patch(ctx, request);
  }

  @Handles(deleteScimGroup)
  deleteGroup(ctx: RequestContext, request: DeleteScim) {
    return this.groups.remove(ctx, request);
  }

  @Handles(listScimGroupMappings)
  listMappings(ctx: RequestContext, request: PageQuery) {
    return this.mappings.list(ctx, request);
  }

  @Handles(putScimGroupMapping)
  putMapping(ctx: RequestContext, request: PutScimGroupMapping) {
    return this.mappings.put(ctx, request);
  }
}
