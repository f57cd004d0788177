import { Module } from '@nestjs/common';
import { MailModule } from '../../../mail/index.js';
import { SecretsModule } from '../../../secrets/index.js';
import { IdentityModule } from '../identity.module.js';
import { Codes } from './codes.js';
import { FactorNotices } from './factor-notices.js';
import { FactorResetService } from './factor-reset.service.js';
import { FactorsController } from './factors.controller.js';
import { FactorsQueries } from './factors.queries.js';
import { PasskeysController } from './passkeys.controller.js';
import { Passkeys } from './passkeys.js';
import { PasskeysService } from './passkeys.service.js';
import { SecondStepService } from './second-step.service.js';
import { StepUpService } from './step-up.service.js';
import { TotpService } from './totp.service.js';

@Module({
  imports: [IdentityModule, SecretsModule, MailModule],
  controllers: [FactorsController, PasskeysController],
  providers: [
    Codes,
    FactorNotices,
    FactorResetService,
    FactorsQueries,
    Passkeys,
    PasskeysService,
    SecondStepService,
    StepUpService,
    TotpService,
  ],
})
export class FactorsModule {}
