import { SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { AuditKey } from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { CONFIG, type PlatformConfig } from '../../config.js';
import { derivedKey, masterKeyOf, seal, unseal } from '../../sealing.js';
import { KEYS, PUT_KEY, RESEAL_KEY } from './system.sql.js';

type Kind = 'signing' | 'chain';

export interface StoredKey {
  readonly kid: string;
  readonly jwk: AuditKey | null;
  readonly secret: Buffer;
  readonly status: 'active' | 'retired';
}

/**
 * Keys of the audit log, sealed in the database under the master key. After that one has changed they are sealed anew
 * when they are read; they themselves stay, because what they hashed and signed stays.
 */
@Injectable()
export class StoredKeys {
  /** The current one first. */
  private readonly sealKeys: readonly Buffer[];

  constructor(
    @Inject(SYSTEM_DATABASE) private readonly system: Pick<DataSource, 'query'>,
    @Inject(CONFIG) config: Pick<PlatformConfig, 'masterKey' | 'previousMasterKeys'>,
  ) {
    const secrets = [config.masterKey, ...config.previousMasterKeys];
    this.sealKeys = secrets.map((masterKey) => derivedKey(masterKeyOf({ masterKey }), 'audit-keys/v1'));
  }

  async read(kind: Kind): Promise<StoredKey[]> {
    const rows: { kid: string; jwk: AuditKey | null; sealed: Buffer; status: StoredKey['status'] }[] =
      await this.system.query(KEYS, [kind]);
    return Promise.all(rows.map(async ({ sealed, ...row }) => ({ ...row, secret: await this.open(row.kid, sealed) })));
  }

  /** Puts a first key there, unless another process has done so. */
  async begin(kind: Kind, secret: Buffer, jwkOf: (kid: string) => object | null = () => null): Promise<void> {
    const kid = uuidv7();
    await this.system.query(PUT_KEY, [kind, kid, jwkOf(kid), seal(this.sealKeys[0] as Buffer, secret, kid)]);
  }

  private async open(kid: string, sealed: Buffer): Promise<Buffer> {
    for (const [age, key] of this.sealKeys.entries()) {
      try {
        const secret = unseal(key, sealed, kid);
        if (age > 0) await this.system.query(RESEAL_KEY, [kid, seal(this.sealKeys[0] as Buffer, secret, kid)]);
        return secret;
      } catch {
        // Sealed under another one.
      }
    }
    throw new Error(`the key ${kid} of the audit log lies under no master key that is configured`);
  }
}
