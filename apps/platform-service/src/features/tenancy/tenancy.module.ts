import { Module } from '@nestjs/common';
import { AccessModule } from '../access/index.js';
import { IdentityModule } from '../identity/index.js';
import { LicensingModule } from '../licensing/index.js';
import { InvitationsModule } from './invitations/invitations.module.js';
import { OrganizationsService } from './organizations.service.js';
import { TenancyController } from './tenancy.controller.js';
import { TenancyQueries } from './tenancy.queries.js';
import { TenantsService } from './tenants.service.js';

@Module({
  imports: [AccessModule, IdentityModule, LicensingModule, InvitationsModule],
  controllers: [TenancyController],
  providers: [TenantsService, OrganizationsService, TenancyQueries],
})
export class TenancyModule {}
