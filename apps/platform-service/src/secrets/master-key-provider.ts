import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type PlatformConfig } from '../config.js';
import { derivedKey, masterKeyOf, seal, unseal } from '../sealing.js';
import { KeyProvider, KeyProviderAway } from './key-provider.js';

/** Keys from the environment: the current one, and earlier ones for as long as something still lies under them. */
@Injectable()
export class MasterKeyProvider extends KeyProvider {
  readonly current: string;
  private readonly keys: ReadonlyMap<string, Buffer>;

  constructor(@Inject(CONFIG) config: Pick<PlatformConfig, 'masterKey' | 'previousMasterKeys'>) {
    super();
    const all = [masterKeyOf(config), ...config.previousMasterKeys.map((key) => masterKeyOf({ masterKey: key }))];
    this.keys = new Map(all.map((key) => [nameOf(key), derivedKey(key, 'data-keys/v1')]));
    this.current = nameOf(all[0] as Buffer);
  }

  get known(): readonly string[] {
    return [...this.keys.keys()];
  }

  async wrap(key: Buffer, boundTo: string): Promise<{ kekId: string; wrapped: Buffer }> {
    return { kekId: this.current, wrapped: seal(this.keyOf(this.current), key, boundTo) };
  }

  async unwrap(kekId: string, wrapped: Buffer, boundTo: string): Promise<Buffer> {
    return unseal(this.keyOf(kekId), wrapped, boundTo);
  }

  private keyOf(kekId: string): Buffer {
    const key = this.keys.get(kekId);
    if (!key) {
      throw new KeyProviderAway(`the master key ${kekId} is not configured; give it in PLATFORM_PREVIOUS_MASTER_KEYS`);
    }
    return key;
  }
}

/** A name that tells nothing about the key but which one it is. */
const nameOf = (key: Buffer): string =>
  createHash('sha256').update('platform/kek-name/v1').update(key).digest('hex').slice(0, 12);
