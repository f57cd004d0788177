import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
const TOKEN = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})$/;

/** An opaque challenge `<tenant>.<secret>`; the database knows the hash of the secret only. */
export interface ChallengeToken {
  readonly tenantId: string;
  readonly secret: Buffer;
}

export const newChallengeToken = (tenantId: string): ChallengeToken => ({
  tenantId,
  secret: randomBytes(SECRET_BYTES),
});

export const challengeText = ({ tenantId, secret }: ChallengeToken): string =>
  `${tenantId}.${secret.toString('base64url')}`;

/** Null when the text is none of ours. */
export function parseChallenge(text: string): ChallengeToken | null {
  const [, tenantId, secret] = TOKEN.exec(text) ?? [];
  return tenantId && secret ? { tenantId, secret: Buffer.from(secret, 'base64url') } : null;
}

export const sha256 = (content: Buffer | string): Buffer => createHash('sha256').update(content).digest();
