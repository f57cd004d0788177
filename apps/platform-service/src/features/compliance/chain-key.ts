import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { CONFIG, type PlatformConfig } from '../../config.js';
import { derivedKey, masterKeyOf } from '../../sealing.js';
import { StoredKeys } from './stored-keys.js';

/**
 * Key of the audit chain. Whoever writes to the database without it cannot make a record that fits. The first is derived
 * from the master key, as records of the first format know it, and outlives it.
 */
@Injectable()
export class ChainKey implements OnModuleInit {
  private known: Buffer | null = null;

  constructor(
    private readonly stored: StoredKeys,
    @Inject(CONFIG) private readonly config: Pick<PlatformConfig, 'masterKey'>,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.stored.begin('chain', derivedKey(masterKeyOf(this.config), 'audit-chain/v1'));
    const keys = await this.stored.read('chain');
    this.known = keys.find(({ status }) => status === 'active')?.secret ?? null;
  }

  get key(): Buffer {
    if (!this.known) throw new Error('the audit log has no key to chain with');
    return this.known;
  }
}
