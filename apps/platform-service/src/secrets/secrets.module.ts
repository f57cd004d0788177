import { Global, Module } from '@nestjs/common';
import { KeyProvider } from './key-provider.js';
import { KeyRotation } from './key-rotation.js';
import { MasterKeyProvider } from './master-key-provider.js';
import { SecretKeysService } from './secret-keys.service.js';
import { SecretsController } from './secrets.controller.js';
import { Vault } from './vault.js';

@Global()
@Module({
  controllers: [SecretsController],
  providers: [{ provide: KeyProvider, useClass: MasterKeyProvider }, KeyRotation, SecretKeysService, Vault],
  exports: [KeyProvider, Vault],
})
export class SecretsModule {}
