import type { KeyObject } from 'node:crypto';
import {
  type AccessTokenClaims,
  KeyRing,
  principalOf,
  TOKEN_ALGORITHM,
  TOKEN_AUDIENCE,
  TOKEN_ISSUER,
  TokenRefused,
} from '@kit/service/edge';
import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import jwt from 'jsonwebtoken';
import { Strategy } from 'passport-jwt';
import type { UserPrincipal } from '../edge/exchange.js';
import { bearerOf } from './bearer.js';
import { VerifiedTokens } from './verified-tokens.js';

/** Header parameters that our tokens have. Any other (jku, x5c, jwk, crit, b64, zip …) belongs to somebody else's token. */
const HEADER_PARAMETERS = new Set(['alg', 'typ', 'kid']);

/** passport-jwt over the issuer's published keys: one algorithm, one type, keys by id from the ring and nowhere else. */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(Strategy, 'access-token') {
  constructor(
    keys: KeyRing,
    private readonly verified: VerifiedTokens,
  ) {
    super({
      jwtFromRequest: (request: unknown) => bearerOf((request as FastifyRequest).headers.authorization),
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
      // A longer life than any token of ours has means that it is none of ours.
      jsonWebTokenOptions: { clockTolerance: 5, maxAge: '15m' },
    });
  }

  validate(request: FastifyRequest, claims: AccessTokenClaims): UserPrincipal {
    const principal = principalOf(claims);
    const token = bearerOf(request.headers.authorization);
    if (token) this.verified.remember(token, principal, claims.exp * 1000);
    return principal;
  }
}

async function keyOf(keys: KeyRing, token: string): Promise<KeyObject> {
  const header = jwt.decode(token, { complete: true })?.header;
  if (!header || !Object.keys(header).every((name) => HEADER_PARAMETERS.has(name))) {
    throw new TokenRefused('the header of the token is not one of ours');
  }
  return keys.find(header);
}
