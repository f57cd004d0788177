export { KeyProvider, KeyProviderAway } from './key-provider.js';
export { KeyRotation, type KeyStatus } from './key-rotation.js';
export { SEALED_COLUMNS, type SealedColumn } from './sealed-columns.js';
export { SecretsModule } from './secrets.module.js';
export { KeyDestroyed, type Place, type Sealer, Vault } from './vault.js';
