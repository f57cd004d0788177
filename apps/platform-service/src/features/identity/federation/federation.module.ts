import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { IntegrationsModule } from '../../integrations/index.js';
import { IdentityModule } from '../identity.module.js';
import { FederatedAccounts } from './accounts.js';
import { Directory } from './directory.js';
import { DomainChecks } from './domain-checks.job.js';
import { DomainsService } from './domains.service.js';
import { FederationController } from './federation.controller.js';
import { FederationSettingsController } from './federation-settings.controller.js';
import { LinksService } from './links.service.js';
import { Logout } from './logout.service.js';
import { OpenId } from './openid.js';
import { ProvidersService } from './providers.service.js';
import { Redemption } from './redemption.service.js';
import { SignInAttempts } from './sign-in-attempts.service.js';
import { SignInSweep } from './sign-in-sweep.job.js';
import { DnsTxtRecords, TxtRecords } from './txt-records.js';

@Module({
  imports: [IdentityModule, AccessModule, IntegrationsModule],
  controllers: [FederationController, FederationSettingsController],
  providers: [
    Directory,
    OpenId,
    FederatedAccounts,
    ProvidersService,
    SignInAttempts,
    Redemption,
    Logout,
    LinksService,
    DomainsService,
    DomainChecks,
    SignInSweep,
    { provide: TxtRecords, useClass: DnsTxtRecords },
  ],
})
export class FederationModule {}
