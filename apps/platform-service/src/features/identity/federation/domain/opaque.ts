import { createHash, randomBytes } from 'node:crypto';

const BYTES = 32;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SECRET = /^[\w-]{43}$/;

export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

export const randomSecret = (): string => randomBytes(BYTES).toString('base64url');

export const isSecret = (text: string | undefined): text is string => text !== undefined && SECRET.test(text);

/** `<tenant>.<secret>`: whoever brings it back need not say where it belongs. The database keeps the hash. */
export function newOpaque(tenantId: string): { text: string; hash: Buffer } {
  const secret = randomSecret();
  return { text: `${tenantId}.${secret}`, hash: sha256(secret) };
}

/** Null when the text is none of ours. */
export function readOpaque(text: string | undefined): { tenantId: string; hash: Buffer } | null {
  const [tenantId = '', secret, ...rest] = (text ?? '').split('.');
  return rest.length === 0 && UUID.test(tenantId) && isSecret(secret) ? { tenantId, hash: sha256(secret) } : null;
}
