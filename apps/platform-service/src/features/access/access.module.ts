import { Module } from '@nestjs/common';
import { AccessController } from './access.controller.js';
import { AccessQueries } from './access.queries.js';
import { GrantsService } from './grants.service.js';
import { RolesService } from './roles.service.js';
import { TenantRolesService } from './tenant-roles.service.js';

@Module({
  controllers: [AccessController],
  providers: [AccessQueries, GrantsService, RolesService, TenantRolesService],
  exports: [GrantsService, RolesService],
})
export class AccessModule {}
