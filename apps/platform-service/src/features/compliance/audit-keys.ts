import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { AuditAnchor, AuditKey } from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { CONFIG, type PlatformConfig } from '../../config.js';
import { derivedKey, masterKeyOf, seal, unseal } from '../../sealing.js';
import { isSignedBy, type Signer } from './domain/checkpoint.js';
import { KEYS, PUT_KEY } from './system.sql.js';

interface KeyRow {
  kid: string;
  public_jwk: AuditKey;
  private_key_sealed: Buffer;
  status: 'active' | 'retired';
}

/**
 * Keys that sign where the chains stand (Ed25519), apart from the chain's own: whoever got hold of that one could write
 * a chain anew, but not what was signed of it. The first is made at the first start.
 */
@Injectable()
export class AuditKeys implements OnModuleInit {
  private readonly known = new Map<string, { jwk: AuditKey; publicKey: KeyObject }>();
  private active: Signer | null = null;
  /** What the private keys lie sealed under. */
  private readonly sealKey: Buffer;

  constructor(
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
    @Inject(CONFIG) config: PlatformConfig,
  ) {
    this.sealKey = derivedKey(masterKeyOf(config), 'audit-keys/v1');
  }

  async onModuleInit(): Promise<void> {
    await this.load();
    if (this.active) return;
    const kid = uuidv7();
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA', use: 'sig' };
    const sealed = seal(this.sealKey, privateKey.export({ format: 'der', type: 'pkcs8' }), kid);
    await this.system.query(PUT_KEY, [kid, kid, jwk, sealed]);
    await this.load();
  }

  get signer(): Signer {
    if (!this.active) throw new Error('the audit log has no key to sign with');
    return this.active;
  }

  /** All public keys ever used: what they signed stays to be checked. */
  async all(): Promise<AuditKey[]> {
    await this.load();
    return [...this.known.values()].map(({ jwk }) => jwk);
  }

  async genuine(anchor: AuditAnchor): Promise<boolean> {
    if (!this.known.has(anchor.kid)) await this.load();
    const key = this.known.get(anchor.kid);
    return key !== undefined && isSignedBy(key.publicKey, anchor);
  }

  private async load(): Promise<void> {
    const rows: KeyRow[] = await this.system.query(KEYS);
    for (const { kid, public_jwk: jwk, private_key_sealed: sealed, status } of rows) {
      this.known.set(kid, { jwk, publicKey: createPublicKey({ key: { ...jwk }, format: 'jwk' }) });
      if (status !== 'active' || this.active?.kid === kid) continue;
      const der = unseal(this.sealKey, sealed, kid);
      this.active = { kid, privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) };
    }
  }
}
