import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Secret } from '@kit/service';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** The key of one purpose; no purpose can open what another one sealed. */
export function derivedKey(secret: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `platform/${purpose}`, 32));
}

/** @throws when the configured key is not 32 bytes in base64 */
export function masterKeyOf(config: { masterKey: Secret }): Buffer {
  const key = Buffer.from(config.masterKey.reveal(), 'base64');
  if (key.length !== 32)
    throw new Error('PLATFORM_MASTER_KEY must be 32 bytes in base64, e.g. from `openssl rand -base64 32`');
  return key;
}

/** AES-256-GCM. `boundTo` names the row it belongs to: moved to another row, it cannot be opened. */
export function seal(key: Buffer, plain: Buffer, boundTo: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(boundTo));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws when the key, the text or what it is bound to is another */
export function unseal(key: Buffer, sealed: Buffer, boundTo: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES))
    .setAAD(Buffer.from(boundTo))
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
}

/** Opens what was sealed under one of several keys, the current one first; `age` says which it was. */
export function unsealAny(
  keys: readonly Buffer[],
  sealed: Buffer,
  boundTo: string,
): { plain: Buffer; age: number } | null {
  for (const [age, key] of keys.entries()) {
    try {
      return { plain: unseal(key, sealed, boundTo), age };
    } catch {
      // Sealed under an earlier one, perhaps.
    }
  }
  return null;
}
