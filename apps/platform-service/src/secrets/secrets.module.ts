import { Global, Module } from '@nestjs/common';
import { KeyProvider } from './key-provider.js';
import { MasterKeyProvider } from './master-key-provider.js';
import { Vault } from './vault.js';

@Global()
@Module({
  providers: [{ provide: KeyProvider, useClass: MasterKeyProvider }, Vault],
  exports: [KeyProvider, Vault],
})
export class SecretsModule {}
