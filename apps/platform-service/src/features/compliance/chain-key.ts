import { type PlatformConfig } from '../../config.js';
import { derivedKey, masterKeyOf } from '../../sealing.js';

/** Key of the audit chain. Whoever writes to the database without it cannot make a record that fits. */
export class ChainKey {
  readonly key: Buffer;

  constructor(config: Pick<PlatformConfig, 'masterKey'>) {
    this.key = derivedKey(masterKeyOf(config), 'audit-chain/v1');
  }
}
