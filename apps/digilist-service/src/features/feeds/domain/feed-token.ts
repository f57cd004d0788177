import { createHash, randomBytes } from 'node:crypto';

const TOKEN = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/;

export interface FeedToken {
  readonly tenantId: string;
  readonly secretHash: Buffer;
}

export function newFeedToken(tenantId: string): FeedToken & { readonly text: string } {
  const secret = randomBytes(32).toString('base64url');
  return { tenantId, secretHash: hashOf(secret), text: `${tenantId}.${secret}` };
}

/** Null for what can be none of ours. */
export function readFeedToken(text: string): FeedToken | null {
  const [, tenantId, secret] = TOKEN.exec(text) ?? [];
  return tenantId === undefined || secret === undefined ? null : { tenantId, secretHash: hashOf(secret) };
}

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
