import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { IdentityModule } from '../../identity/index.js';
import { AcceptanceService } from './acceptance.service.js';
import { InvitationsController } from './invitations.controller.js';
import { InvitationsJob } from './invitations.job.js';
import { InvitationsQueries } from './invitations.queries.js';
import { InvitationsService } from './invitations.service.js';

@Module({
  imports: [AccessModule, IdentityModule],
  controllers: [InvitationsController],
  providers: [InvitationsService, AcceptanceService, InvitationsQueries, InvitationsJob],
  exports: [InvitationsService],
})
export class InvitationsModule {}
