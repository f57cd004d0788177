import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { Principal } from '../context/request-context.js';

export const TOKEN_ISSUER = 'platform';
export const TOKEN_AUDIENCE = 'api';
export const TOKEN_TYPE = 'at+jwt';
export const TOKEN_ALGORITHM = 'ES256';

export interface AccessTokenClaims {
  sub: string;
  tid: string;
  ten: string;
  sid: string;
  act?: { sub: string };
  exp: number;
  iat: number;
  jti: string;
}

/** Public keys as the issuer publishes them (RFC 7517). */
export type PublicJwk = JsonWebKey & { kid: string; alg: string; use: string };

export type FetchKeys = () => Promise<PublicJwk[]>;

export class TokenRefused extends Error {}

/** Header parameters that our tokens have. Any other (jku, x5c, jwk, crit, b64, zip …) belongs to somebody else's token. */
const HEADER_PARAMETERS = new Set(['alg', 'typ', 'kid']);
/** A longer life than any token of ours has means that it is none of ours. */
export const TOKEN_MAX_AGE = '15m';

/**
 * Public keys by id. Fetched once, again when a token names an unknown key (at most every `cooldownMs`), and kept when
 * the issuer is away.
 */
export class KeyRing {
  private keys = new Map<string, KeyObject>();
  private fetchedAt = 0;
  private fetching: Promise<void> | null = null;

  constructor(
    private readonly fetchKeys: FetchKeys,
    private readonly cooldownMs = 2_000,
    private readonly maxAgeMs = 60_000,
  ) {}

  /** Key of a token's header. @throws TokenRefused when the header is not one of ours or the key is unknown. */
  async find(header: { kid?: unknown; alg?: unknown; typ?: unknown }): Promise<KeyObject> {
    const ours = Object.keys(header).every((name) => HEADER_PARAMETERS.has(name));
    if (!ours || header.alg !== TOKEN_ALGORITHM || header.typ !== TOKEN_TYPE || typeof header.kid !== 'string') {
      throw new TokenRefused('the token is of another kind');
    }
    const known = this.keys.get(header.kid);
    const age = Date.now() - this.fetchedAt;
    if (known) {
      if (age > this.maxAgeMs) void this.refresh().catch(() => undefined);
      return known;
    }
    if (this.keys.size === 0) await this.refresh();
    // With the issuer away the keys we have still tell ours from others'.
    else if (age > this.cooldownMs) await this.refresh().catch(() => undefined);
    const found = this.keys.get(header.kid);
    if (!found) throw new TokenRefused('the key of the token is unknown');
    return found;
  }

  /** Fetches the keys now; also to have them before the first token comes. */
  refresh(): Promise<void> {
    this.fetching ??= this.fetchKeys()
      .then((jwks) => {
        this.keys = new Map(jwks.map((jwk) => [jwk.kid, createPublicKey({ key: jwk, format: 'jwk' })]));
        this.fetchedAt = Date.now();
      })
      .finally(() => {
        this.fetching = null;
      });
    return this.fetching;
  }
}

export const TOKEN_CLOCK_TOLERANCE_SECONDS = 5;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MAX_TOKEN_LENGTH = 4_096;

/** Checks access tokens. A token that passed is remembered by its hash until it expires. */
export class AccessTokens {
  private readonly verified = new Map<string, { principal: Principal; expiresAt: number }>();

  constructor(
    private readonly keys: KeyRing,
    private readonly capacity = 10_000,
  ) {}

  /**
   * The user a token stands for.
   * @throws TokenRefused when it is forged, expired or of another kind; whatever the key source throws when it is away.
   */
  async verify(token: string, now: Date = new Date()): Promise<Extract<Principal, { kind: 'user' }>> {
    if (token.length > MAX_TOKEN_LENGTH) throw new TokenRefused('the token is too long');
    const hash = createHash('sha256').update(token).digest('base64');
    const known = this.verified.get(hash);
    if (known) {
      if (known.expiresAt + TOKEN_CLOCK_TOLERANCE_SECONDS * 1000 > now.getTime() && known.principal.kind === 'user')
        return known.principal;
      this.verified.delete(hash);
    }
    const header = jwt.decode(token, { complete: true })?.header;
    if (!header) throw new TokenRefused('this is not a token');
    const key = await this.keys.find(header);
    const claims = this.check(token, key, now);
    const principal = principalOf(claims);
    this.remember(hash, principal, claims.exp * 1000);
    return principal;
  }

  private check(token: string, key: KeyObject, now: Date): AccessTokenClaims {
    try {
      return jwt.verify(token, key, {
        algorithms: [TOKEN_ALGORITHM],
        issuer: TOKEN_ISSUER,
        audience: TOKEN_AUDIENCE,
        maxAge: TOKEN_MAX_AGE,
        clockTolerance: TOKEN_CLOCK_TOLERANCE_SECONDS,
        clockTimestamp: Math.floor(now.getTime() / 1000),
      }) as unknown as AccessTokenClaims;
    } catch (error) {
      throw new TokenRefused((error as Error).message);
    }
  }

  private remember(hash: string, principal: Principal, expiresAt: number): void {
    if (this.verified.size >= this.capacity) {
      const oldest = this.verified.keys().next().value;
      if (oldest !== undefined) this.verified.delete(oldest);
    }
    this.verified.set(hash, { principal, expiresAt });
  }
}

/** @throws TokenRefused when a claim that we rely on is missing. */
export function principalOf(claims: AccessTokenClaims): Extract<Principal, { kind: 'user' }> {
  const ids = [claims.sub, claims.tid, claims.sid];
  if (
    !ids.every((id) => typeof id === 'string' && UUID.test(id)) ||
    typeof claims.ten !== 'string' ||
    typeof claims.exp !== 'number'
  ) {
    throw new TokenRefused('the token lacks a claim');
  }
  return {
    kind: 'user',
    userId: claims.sub,
    tenantId: claims.tid,
    tenantSlug: claims.ten,
    sessionId: claims.sid,
    ...(claims.act && { impersonatorId: claims.act.sub }),
  };
}
