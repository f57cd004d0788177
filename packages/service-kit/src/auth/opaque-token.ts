import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
const SECRET = /^[\w-]{43}$/;
const TOKEN = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]+)$/;

/** `<tenant>.<secret>`: whoever brings it back need not say where it belongs. The database knows the secret's hash only. */
export interface OpaqueToken {
  readonly tenantId: string;
  readonly hash: Buffer;
}

export interface NewOpaqueToken extends OpaqueToken {
  readonly secret: string;
  readonly text: string;
}

export const sha256 = (content: Buffer | string): Buffer => createHash('sha256').update(content).digest();

export const randomSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

export const isSecret = (text: string | undefined): text is string => text !== undefined && SECRET.test(text);

export function newOpaqueToken(tenantId: string): NewOpaqueToken {
  const secret = randomSecret();
  return { tenantId, hash: sha256(secret), secret, text: `${tenantId}.${secret}` };
}

/** Null when the text is none of ours. */
export function parseOpaqueToken(text: string | undefined): OpaqueToken | null {
  const parts = partsOf(text);
  return parts && isSecret(parts.secret) ? { tenantId: parts.tenantId, hash: sha256(parts.secret) } : null;
}

/** The two parts, where the secret is made otherwise. */
export function partsOf(text: string | undefined): { tenantId: string; secret: string } | null {
  const [, tenantId, secret] = TOKEN.exec(text ?? '') ?? [];
  return tenantId && secret ? { tenantId, secret } : null;
}
