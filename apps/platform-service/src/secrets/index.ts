export { KeyProvider } from './key-provider.js';
export { SecretsModule } from './secrets.module.js';
export { KeyDestroyed, type Place, Vault } from './vault.js';
