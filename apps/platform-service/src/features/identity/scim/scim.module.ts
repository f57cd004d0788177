import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { ScimController } from './scim.controller.js';
import { ScimCaller } from './scim-caller.js';
import { ScimGroupsService } from './scim-groups.service.js';
import { ScimMappingsService } from './scim-mappings.service.js';
import { ScimMembership } from './scim-membership.js';
import { ScimRoles } from './scim-roles.js';
import { ScimUsersService } from './scim-users.service.js';

@Module({
  imports: [AccessModule],
  controllers: [ScimController],
  providers: [ScimCaller, ScimGroupsService, ScimMappingsService, ScimMembership, ScimRoles, ScimUsersService],
})
export class ScimModule {}
