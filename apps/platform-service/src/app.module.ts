import { Global, Module, type Type } from '@nestjs/common';
import { CONFIG, type PlatformConfig } from './config.js';
import { AccessModule } from './features/access/index.js';
import { ComplianceModule } from './features/compliance/index.js';
import { PrivacyModule } from './features/compliance/privacy/index.js';
import { FactorsModule } from './features/identity/factors/index.js';
import { FederationModule } from './features/identity/federation/index.js';
import { IdentityModule } from './features/identity/index.js';
import { MachinesModule } from './features/identity/machines/index.js';
import { ScimModule } from './features/identity/scim/index.js';
import { IntegrationsModule } from './features/integrations/index.js';
import { WebhooksModule } from './features/integrations/webhooks/index.js';
import { LicensingModule } from './features/licensing/index.js';
import { ProductsModule } from './features/products/index.js';
import { SettingsModule } from './features/settings/index.js';
import { SystemModule } from './features/system/index.js';
import { TenancyModule } from './features/tenancy/index.js';
import { MailModule } from './mail/index.js';
import { Regions } from './regions.js';
import { SecretsModule } from './secrets/index.js';

/** All of PLATFORM, configured. */
export function appModule(config: PlatformConfig): Type {
  @Global()
  @Module({ providers: [{ provide: CONFIG, useValue: config }, Regions], exports: [CONFIG, Regions] })
  class ConfigModule {}

  @Module({
    imports: [
      ConfigModule,
      SecretsModule,
      MailModule,
      IdentityModule,
      FactorsModule,
      FederationModule,
      MachinesModule,
      ScimModule,
      TenancyModule,
      SettingsModule,
      AccessModule,
      LicensingModule,
      ComplianceModule,
      PrivacyModule,
      IntegrationsModule,
      WebhooksModule,
      SystemModule,
      ProductsModule,
    ],
  })
  class AppModule {}
  return AppModule;
}
