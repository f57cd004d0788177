import { Module } from '@nestjs/common';
import { AccessModule } from '../access/index.js';
import { IdentityModule } from '../identity/index.js';
import { LicensingModule } from '../licensing/index.js';
import { SettingsModule } from '../settings/index.js';
import { InvitationsModule } from './invitations/invitations.module.js';
import { LifecycleModule } from './lifecycle/lifecycle.module.js';
import { MembersService } from './members.service.js';
import { OrganizationsService } from './organizations.service.js';
import { TenancyController } from './tenancy.controller.js';
import { TenancyQueries } from './tenancy.queries.js';
import { TenantsService } from './tenants.service.js';

@Module({
  imports: [AccessModule, IdentityModule, LicensingModule, SettingsModule, InvitationsModule, LifecycleModule],
  controllers: [TenancyController],
  providers: [TenantsService, OrganizationsService, MembersService, TenancyQueries],
})
export class TenancyModule {}
