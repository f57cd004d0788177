import type { KeyObject } from 'node:crypto';
import {
  type AccessTokenClaims,
  KeyRing,
  principalOf,
  TOKEN_ALGORITHM,
  TOKEN_AUDIENCE,
  TOKEN_CLOCK_TOLERANCE_SECONDS,
  TOKEN_ISSUER,
  TOKEN_MAX_AGE,
  TokenRefused,
} from '@kit/service/edge';
import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import jwt from 'jsonwebtoken';
import { Strategy } from 'passport-jwt';
import type { UserPrincipal } from '../edge/exchange.js';
import { presentedBy } from './bearer.js';
import { VerifiedTokens } from './verified-tokens.js';

/** passport-jwt over the issuer's published keys: one algorithm, one type, keys by id from the ring and nowhere else. */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(Strategy, 'access-token') {
  constructor(
    keys: KeyRing,
    private readonly verified: VerifiedTokens,
  ) {
    super({
      jwtFromRequest: (request: unknown) => presentedBy(request as FastifyRequest)?.token ?? null,
      secretOrKeyProvider: (_request: unknown, token: string, done: (error: unknown, key?: Buffer) => void) => {
        keyOf(keys, token).then(
          // jsonwebtoken takes a KeyObject; passport-jwt passes it on, its types do not know yet.
          (key) => done(null, key as unknown as Buffer),
          (error: unknown) => done(error),
        );
      },
      algorithms: [TOKEN_ALGORITHM],
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
      passReqToCallback: true,
      jsonWebTokenOptions: { clockTolerance: TOKEN_CLOCK_TOLERANCE_SECONDS, maxAge: TOKEN_MAX_AGE },
    });
  }

  validate(request: FastifyRequest, claims: AccessTokenClaims): UserPrincipal {
    const principal = principalOf(claims);
    const token = presentedBy(request)?.token;
    if (token) this.verified.remember(token, principal, claims.exp * 1000);
    return principal;
  }
}

async function keyOf(keys: KeyRing, token: string): Promise<KeyObject> {
  const header = jwt.decode(token, { complete: true })?.header;
  if (!header) throw new TokenRefused('this is not a token');
  return keys.find(header);
}
