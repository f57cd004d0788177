import { createHash, randomBytes } from 'node:crypto';

const TOKEN = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.([\w-]{43})$/;

/** `<tenant>.<256 random bits>`: the tenant has to be known before the row can be read. */
export const newInvitationToken = (tenantId: string): string => `${tenantId}.${randomBytes(32).toString('base64url')}`;

/** All that is kept of a token. */
export const invitationTokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();

/** The tenant of a token, or null when it is none of ours. */
export const tenantOfInvitationToken = (token: string): string | null => TOKEN.exec(token)?.[1] ?? null;
