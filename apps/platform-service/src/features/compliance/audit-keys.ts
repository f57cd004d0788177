import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { AuditAnchor, AuditKey } from '@platform/contracts';
import { isSignedBy, type Signer } from './domain/checkpoint.js';
import { StoredKeys } from './stored-keys.js';

/**
 * Keys that sign where the chains stand (Ed25519), apart from the chain's own: whoever got hold of that one could write
 * a chain anew, but not what was signed of it. The first is made at the first start.
 */
@Injectable()
export class AuditKeys implements OnModuleInit {
  private readonly known = new Map<string, { jwk: AuditKey; publicKey: KeyObject }>();
  private active: Signer | null = null;

  constructor(private readonly stored: StoredKeys) {}

  async onModuleInit(): Promise<void> {
    await this.load();
    if (this.active) return;
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const jwkOf = (kid: string) => ({ ...publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA', use: 'sig' });
    await this.stored.begin('signing', privateKey.export({ format: 'der', type: 'pkcs8' }), jwkOf);
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
    for (const { kid, jwk, secret, status } of await this.stored.read('signing')) {
      if (jwk === null) continue;
      this.known.set(kid, { jwk, publicKey: createPublicKey({ key: { ...jwk }, format: 'jwk' }) });
      if (status !== 'active' || this.active?.kid === kid) continue;
      this.active = { kid, privateKey: createPrivateKey({ key: secret, format: 'der', type: 'pkcs8' }) };
    }
  }
}
