import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
const KEY = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.([\w-]{43})$/;

/** `<tenant>.<secret>`: 256 random bits, of which only the hash is kept. */
export interface NewApiKey {
  readonly text: string;
  readonly hash: Buffer;
  readonly last4: string;
}

export function newApiKey(tenantId: string): NewApiKey {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { text: `${tenantId}.${secret}`, hash: hashOf(secret), last4: secret.slice(-4) };
}

/** Null when the text is none of ours. */
export function parseApiKey(text: string): { tenantId: string; hash: Buffer } | null {
  const [, tenantId, secret] = KEY.exec(text) ?? [];
  return tenantId && secret ? { tenantId, hash: hashOf(secret) } : null;
}

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
