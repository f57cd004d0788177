import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An OpenID provider that lets everybody in who comes back with the code it has just given out. */
export async function startIdentityProvider() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const seen: string[] = [];
  const codes = new Map<string, { nonce: string; audience: string; claims: object }>();
  const server = createServer((request, response) => {
    const answer = (body: object, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url?.startsWith('/.well-known/openid-configuration')) return answer(configuration());
    if (request.url === '/jwks')
      return answer({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: '1', alg: 'RS256', use: 'sig' }] });
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      seen.push(body);
      const known = codes.get(new URLSearchParams(body).get('code') ?? '');
      if (!known) return answer({ error: 'invalid_grant' }, 400);
      const now = Math.floor(Date.now() / 1000);
      const header = base64url({ alg: 'RS256', kid: '1', typ: 'JWT' });
      const claims = {
        iss: issuer(),
        aud: known.audience,
        iat: now,
        exp: now + 120,
        nonce: known.nonce,
        ...known.claims,
      };
      const text = `${header}.${base64url(claims)}`;
      const token = `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
      tokens.push(token);
      return answer({ access_token: randomBytes(24).toString('base64url'), token_type: 'Bearer', id_token: token });
    });
  });
  const tokens: string[] = [];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const configuration = () => ({
    issuer: issuer(),
    authorization_endpoint: `${issuer()}/authorize`,
    token_endpoint: `${issuer()}/token`,
    jwks_uri: `${issuer()}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    code_challenge_methods_supported: ['S256'],
    acr_values_supported: ['idporten-loa-substantial', 'idporten-loa-high'],
  });
  return {
    issuer: issuer(),
    /** What it gave out: id tokens. */
    tokens,
    /** Bodies that came to the token endpoint. */
    seen,
    /** Signs somebody in who was sent there; answers the code they come back with. */
    signIn(sentTo: URL, claims: object): string {
      const code = randomBytes(24).toString('base64url');
      const { nonce = '', client_id: audience = '' } = Object.fromEntries(sentTo.searchParams);
      codes.set(code, { nonce, audience, claims });
      return code;
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
