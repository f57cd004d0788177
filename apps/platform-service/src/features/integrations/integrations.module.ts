import { Module } from '@nestjs/common';
import { IntegrationTokens } from './integration-tokens.js';
import { IntegrationUse } from './integration-use.service.js';
import { IntegrationsController } from './integrations.controller.js';
import { IntegrationsQueries } from './integrations.queries.js';
import { IntegrationsService } from './integrations.service.js';
import { IntegrationKinds } from './kinds.js';
import { RESOLVE, resolvePublicly, SafeHttp } from './safe-http.js';

@Module({
  controllers: [IntegrationsController],
  providers: [
    IntegrationKinds,
    IntegrationTokens,
    IntegrationUse,
    IntegrationsQueries,
    IntegrationsService,
    SafeHttp,
    { provide: RESOLVE, useValue: resolvePublicly },
  ],
  exports: [IntegrationTokens, SafeHttp],
})
export class IntegrationsModule {}
