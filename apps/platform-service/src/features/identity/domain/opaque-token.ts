import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A secret for a link, `<tenant>.<secret>`. The database knows its hash only. */
export interface OpaqueToken {
  readonly tenantId: string;
  readonly hash: Buffer;
}

const hashOf = (secret: Buffer): Buffer => createHash('sha256').update(secret).digest();

export function newOpaqueToken(tenantId: string): OpaqueToken & { readonly text: string } {
  const secret = randomBytes(SECRET_BYTES);
  return { tenantId, hash: hashOf(secret), text: `${tenantId}.${secret.toString('base64url')}` };
}

/** Null when the text is none of ours. */
export function parseOpaqueToken(text: string): OpaqueToken | null {
  const [tenantId = '', secret = '', ...rest] = text.split('.');
  if (rest.length > 0 || !UUID.test(tenantId)) return null;
  const bytes = Buffer.from(secret, 'base64url');
  if (bytes.length !== SECRET_BYTES || bytes.toString('base64url') !== secret) return null;
  return { tenantId, hash: hashOf(bytes) };
}
