import { importJWK, type JWK } from 'jose';
import type { PrivateKey } from 'openid-client';

const CURVES: Record<string, string> = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512', Ed25519: 'Ed25519' };

/** A private key that assertions of a client can be signed with. @throws Error when it is none */
export async function privateKeyOf(jwk: JWK): Promise<PrivateKey> {
  const algorithm = jwk.alg ?? (jwk.kty === 'RSA' ? 'RS256' : CURVES[jwk.crv ?? '']);
  if (algorithm === undefined || typeof jwk.d !== 'string' || !['RSA', 'EC', 'OKP'].includes(jwk.kty ?? '')) {
    throw new Error('not a private key');
  }
  const key = await importJWK({ ...jwk, ext: false }, algorithm);
  if (key instanceof Uint8Array || key.type !== 'private') throw new Error('not a private key');
  return { key, ...(jwk.kid !== undefined && { kid: jwk.kid }) };
}
