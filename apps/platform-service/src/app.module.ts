import { Global, Module, type Type } from '@nestjs/common';
import { CONFIG, type PlatformConfig } from './config.js';
import { AccessModule } from './features/access/index.js';
import { ComplianceModule } from './features/compliance/index.js';
import { IdentityModule } from './features/identity/index.js';
import { LicensingModule } from './features/licensing/index.js';
import { ProductsModule } from './features/products/index.js';
import { TenancyModule } from './features/tenancy/index.js';

/** All of PLATFORM, configured. */
export function appModule(config: PlatformConfig): Type {
  @Global()
  @Module({ providers: [{ provide: CONFIG, useValue: config }], exports: [CONFIG] })
  class ConfigModule {}

  @Module({
    imports: [
      ConfigModule,
      IdentityModule,
      TenancyModule,
      AccessModule,
      LicensingModule,
      ComplianceModule,
      ProductsModule,
    ],
  })
  class AppModule {}
  return AppModule;
}
