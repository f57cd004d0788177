import { generateKeyPairSync } from 'node:crypto';
import { type Secret, TOKEN_ALGORITHM } from '@kit/service';
import { v7 as uuidv7 } from 'uuid';
import { derivedKey, masterKeyOf, seal } from '../../sealing.js';

export interface NewSigningKey {
  readonly id: string;
  readonly kid: string;
  readonly publicJwk: object;
  readonly privateKeySealed: Buffer;
}

/** Key that private signing keys are sealed under. */
export const signingKeyKey = (masterKey: Buffer): Buffer => derivedKey(masterKey, 'signing-keys/v1');

/** Those of the current master key and of earlier ones, in this order. */
export const signingKeyKeys = (config: { masterKey: Secret; previousMasterKeys: readonly Secret[] }): Buffer[] =>
  [config.masterKey, ...config.previousMasterKeys].map((masterKey) => signingKeyKey(masterKeyOf({ masterKey })));

export function newSigningKey(masterKey: Buffer): NewSigningKey {
  const id = uuidv7();
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  return {
    id,
    kid: id,
    publicJwk: { ...publicKey.export({ format: 'jwk' }), kid: id, alg: TOKEN_ALGORITHM, use: 'sig' },
    privateKeySealed: seal(signingKeyKey(masterKey), der, id),
  };
}
