import { anonymous, Instant, ListOf, Nothing, OneOf, permission, Text } from '@kit/contracts';
import { operation } from './context.js';

/** How long a verifier may keep a copy of the public keys. */
export const JWKS_MAX_AGE_SECONDS = 300;

export class Jwks {
  @ListOf(() => Jwk)
  keys: Jwk[];
}

/** Public key of RFC 7517. */
export class Jwk {
  @Text({ max: 100 })
  kid: string;

  @OneOf(['EC'])
  kty: string;

  @OneOf(['P-256'])
  crv: string;

  @OneOf(['ES256'])
  alg: string;

  @OneOf(['sig'])
  use: string;

  @Text({ max: 100 })
  x: string;

  @Text({ max: 100 })
  y: string;
}

export class RotatedSigningKey {
  @Text({ max: 100, description: 'The next key: published already, used from the instant below on' })
  kid: string;

  @Instant()
  usedFrom: string;
}

export const listSigningKeys = operation({
  id: 'listSigningKeys',
  subject: 'signing-key.list.v1',
  summary: 'Public keys that access tokens are signed with',
  http: { method: 'GET', path: '/.well-known/jwks.json', base: '', maxAge: JWKS_MAX_AGE_SECONDS },
  request: Nothing,
  response: Jwks,
  access: anonymous('public keys are public', { tenant: false }),
});

export const rotateSigningKey = operation({
  id: 'rotateSigningKey',
  subject: 'signing-key.rotate.v1',
  summary: 'Begin to replace the key that signs access tokens: published now, used once every verifier knows it',
  http: { method: 'POST', path: '/signing-keys/rotate', status: 202 },
  request: Nothing,
  response: RotatedSigningKey,
  access: permission('platform.signing-key.rotate'),
});
