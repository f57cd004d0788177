import { randomBytes } from 'node:crypto';
import { partsOf, sha256 } from '../../../opaque-token.js';
import { derivedKey, seal, unseal } from '../../../sealing.js';

const FAMILY_BYTES = 24;
const GENERATION_BYTES = 32;

/**
 * An opaque refresh token: `<tenant>.<secret>`. The secret holds a part that stays the same for the whole session and
 * finds it, and a part that is new in each generation. Both are random; the database knows their hashes only.
 */
export interface RefreshToken {
  readonly tenantId: string;
  readonly family: Buffer;
  readonly generation: Buffer;
}

export const firstToken = (tenantId: string): RefreshToken => ({
  tenantId,
  family: randomBytes(FAMILY_BYTES),
  generation: randomBytes(GENERATION_BYTES),
});

export const successorOf = (token: RefreshToken): RefreshToken => ({
  ...token,
  generation: randomBytes(GENERATION_BYTES),
});

export const tokenText = ({ tenantId, family, generation }: RefreshToken): string =>
  `${tenantId}.${Buffer.concat([family, generation]).toString('base64url')}`;

/** Null when the text is none of ours. */
export function parseToken(text: string): RefreshToken | null {
  const { tenantId, secret } = partsOf(text) ?? {};
  if (!tenantId || !secret) return null;
  const bytes = Buffer.from(secret, 'base64url');
  if (bytes.length !== FAMILY_BYTES + GENERATION_BYTES || bytes.toString('base64url') !== secret) return null;
  return { tenantId, family: bytes.subarray(0, FAMILY_BYTES), generation: bytes.subarray(FAMILY_BYTES) };
}

/** The successor, readable only by who holds the token before it: not by the database, not by us. */
export const sealSuccessor = (token: RefreshToken, successor: RefreshToken): Buffer =>
  seal(successorKey(token), successor.generation, boundTo(token));

export const openSuccessor = (token: RefreshToken, sealed: Buffer): RefreshToken => ({
  ...token,
  generation: unseal(successorKey(token), sealed, boundTo(token)),
});

const successorKey = (token: RefreshToken): Buffer => derivedKey(token.generation, 'refresh-successor/v1');
const boundTo = (token: RefreshToken): string => `${token.tenantId}/${sha256(token.family).toString('base64url')}`;
