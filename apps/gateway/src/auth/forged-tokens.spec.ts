import { createHmac, generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@kit/testing';
import jwt from 'jsonwebtoken';
import type { RunningGateway } from '../gateway.js';
import { claims, KID, sign, signer, startWorld, USER_ID, type World } from '../testing/world.js';

let world: World;
let gateway: RunningGateway;

beforeAll(async () => {
  world = await startWorld();
  gateway = await world.gateway();
});
afterAll(() => world.stop());

const base64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token with this header and payload, really signed with the issuer's key. */
function genuine(header: Record<string, unknown>, payload: Record<string, unknown> = claims()): string {
  const input = `${base64({ alg: 'ES256', typ: 'at+jwt', kid: KID, ...header })}.${base64(payload)}`;
  const signature = signBytes('sha256', Buffer.from(input), {
    key: world.signer.privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${input}.${signature.toString('base64url')}`;
}

function hmac(secret: string | Buffer, alg = 'HS256'): string {
  const input = `${base64({ alg, typ: 'at+jwt', kid: KID })}.${base64(claims())}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

const unsigned = (alg: string): string => `${base64({ alg, typ: 'at+jwt', kid: KID })}.${base64(claims())}.`;
const now = () => Math.floor(Date.now() / 1000);
const pem = () => world.signer.publicKey.export({ type: 'spki', format: 'pem' }) as string;

const ask = (authorization: string) => fetch(`${gateway.url}/api/v1/widget-ping`, { headers: { authorization } });

const forged: [string, () => string][] = [
  ['alg none', () => unsigned('none')],
  ['alg None', () => unsigned('None')],
  ['alg nOnE', () => unsigned('nOnE')],
  ['alg none with a junk signature', () => `${unsigned('none')}AAAA`],
  ['no alg', () => genuine({ alg: undefined })],
  ['HS256 with the public key as PEM', () => hmac(pem())],
  ['HS256 with the public key as PEM without its last line break', () => hmac(pem().trim())],
  ['HS256 with the public key as DER', () => hmac(world.signer.publicKey.export({ type: 'spki', format: 'der' }))],
  ['HS256 with the public key as JWK', () => hmac(JSON.stringify(world.keys[0]))],
  ['HS256 with an empty secret', () => hmac('')],
  ['HS256 with the kid as secret', () => hmac(KID)],
  ['HMAC that claims ES256', () => hmac(pem(), 'ES256')],
  ['another key under our kid', () => sign({ ...signer(KID), kid: KID })],
  ['an unknown kid', () => sign(signer('key-of-somebody'))],
  ['no kid', () => genuine({ kid: undefined })],
  ['a kid that is a path', () => genuine({ kid: '../../etc/passwd' })],
  ['a kid that is a list', () => genuine({ kid: [KID] })],
  ['a kid that is SQL', () => genuine({ kid: "' OR 1=1 --" })],
  ['a kid that is a URL', () => genuine({ kid: 'https://evil.example/key' })],
  ['a kid that is a property of every object', () => genuine({ kid: '__proto__' })],
  ['a jku', () => genuine({ jku: 'https://evil.example/jwks.json' })],
  ['an x5u', () => genuine({ x5u: 'https://evil.example/cert.pem' })],
  ['its own jwk', () => genuine({ jwk: world.keys[0] })],
  ['an x5c', () => genuine({ x5c: ['MIIB'] })],
  ['a crit', () => genuine({ crit: ['exp'] })],
  ['b64 false', () => genuine({ b64: false, crit: ['b64'] })],
  ['a zip', () => genuine({ zip: 'DEF' })],
  ['the type of an id token', () => genuine({ typ: 'JWT' })],
  ['no type', () => genuine({ typ: undefined })],
  ['the type of a refresh token', () => genuine({ typ: 'rt+jwt' })],
  ['a type that differs in case', () => genuine({ typ: 'AT+JWT' })],
  ['another issuer', () => genuine({}, claims({ iss: 'platform.evil.example' }))],
  ['an issuer that is a list', () => genuine({}, claims({ iss: ['platform', 'evil'] }))],
  ['no issuer', () => genuine({}, claims({ iss: undefined }))],
  ['another audience', () => genuine({}, claims({ aud: 'admin' }))],
  ['no audience', () => genuine({}, claims({ aud: undefined }))],
  ['expired a minute ago', () => genuine({}, claims({ iat: now() - 360, exp: now() - 60 }))],
  ['no expiry', () => genuine({}, claims({ exp: undefined }))],
  ['an expiry that is text', () => genuine({}, claims({ exp: 'never' }))],
  ['not valid yet', () => genuine({}, claims({ nbf: now() + 60 }))],
  ['issued an hour ago for a year', () => genuine({}, claims({ iat: now() - 3_600, exp: now() + 31_536_000 }))],
  ['no user', () => genuine({}, claims({ sub: undefined }))],
  ['a user that is no id', () => genuine({}, claims({ sub: 'root' }))],
  ['a tenant that is a list', () => genuine({}, claims({ tid: [USER_ID] }))],
  ['no tenant', () => genuine({}, claims({ tid: undefined }))],
  ['no session', () => genuine({}, claims({ sid: undefined }))],
  ['a payload that is a list', () => `${base64({ alg: 'ES256', typ: 'at+jwt', kid: KID })}.${base64([])}.AAAA`],
  [
    'a payload changed after signing',
    () => {
      const [header, , signature] = sign(world.signer).split('.');
      return `${header}.${base64(claims({ sub: USER_ID, tid: USER_ID }))}.${signature}`;
    },
  ],
  ['no signature', () => `${sign(world.signer).split('.').slice(0, 2).join('.')}.`],
  [
    'a signature of zeros',
    () => `${sign(world.signer).split('.').slice(0, 2).join('.')}.${Buffer.alloc(64).toString('base64url')}`,
  ],
  [
    'a signature in DER',
    () => {
      const input = `${base64({ alg: 'ES256', typ: 'at+jwt', kid: KID })}.${base64(claims())}`;
      return `${input}.${signBytes('sha256', Buffer.from(input), world.signer.privateKey).toString('base64url')}`;
    },
  ],
  [
    'RS256 by a key of its own',
    () => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      return jwt.sign(claims(), privateKey, { algorithm: 'RS256', keyid: KID });
    },
  ],
  ['ES384', () => genuine({ alg: 'ES384' })],
  ['two parts', () => sign(world.signer).split('.').slice(0, 2).join('.')],
  ['five parts', () => `${sign(world.signer)}.a.b`],
  ['spaces inside', () => sign(world.signer).replace('.', ' .')],
  ['padding', () => `${sign(world.signer)}=`],
  ['five thousand characters', () => genuine({}, claims({ filler: 'x'.repeat(5_000) }))],
  ['nothing', () => ''],
];

describe('a token', () => {
  it('of the issuer is accepted, also when it comes again', async () => {
    const token = sign(world.signer);
    for (let n = 0; n < 3; n++) expect((await ask(`Bearer ${token}`)).status).toBe(200);
  });

  it.each(forged)('with %s is refused with 401', async (_, make) => {
    const response = await ask(`Bearer ${make()}`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(await response.json()).toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('is refused under another scheme, and asked for where there is none', async () => {
    expect((await ask(`Basic ${sign(world.signer)}`)).status).toBe(401);
    const missing = await fetch(`${gateway.url}/api/v1/widget-ping`);
    expect(missing.status).toBe(401);
    expect(missing.headers.get('www-authenticate')).toBe('Bearer');
    expect(await missing.json()).toMatchObject({ code: 'AUTH_REQUIRED' });
  });

  it('is never accepted beside the route: other spellings, methods and headers reach no handler', async () => {
    const paths = [
      '/api/v1/%77idget-ping',
      '/api/v1//widget-ping',
      '/api/v1/widget-ping/',
      '/API/v1/widget-ping',
      '/api/v1/widget-ping;x=1',
      '/api/v1/x/../widget-ping',
      '/api/v1/widget-ping%00',
      '/api/v1/widget-ping%2f',
      '/api/v1/widget-ping?',
    ];
    for (const path of paths) {
      for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'TRACE']) {
        const { statusCode } = await gateway.app.inject({
          url: path,
          method: method as 'GET',
          headers: { 'x-original-url': '/api/v1/widget-show', 'x-http-method-override': 'GET' },
        });
        expect(statusCode).toBeGreaterThanOrEqual(400);
      }
    }
  });
});

describe('signing keys', () => {
  it('are asked for again when a token names a new one, and not at every forged one', async () => {
    const next = signer('key-2');
    world.publish(next);
    await eventually(async () => expect((await ask(`Bearer ${sign(next)}`)).status).toBe(200));
    const before = world.keyRequests();
    await Promise.all(Array.from({ length: 50 }, (_, n) => ask(`Bearer ${sign(signer(`unknown-${n}`))}`)));
    expect(world.keyRequests() - before).toBeLessThanOrEqual(2);
  });

  it('survive the issuer being away', async () => {
    world.issuerAway(true);
    expect((await ask(`Bearer ${sign(world.signer)}`)).status).toBe(200);
    world.issuerAway(false);
  });

  it('that were never had make an answer of 503, not of 401', async () => {
    world.issuerAway(true);
    const young = await world.gateway();
    const response = await fetch(`${young.url}/api/v1/widget-ping`, {
      headers: { authorization: `Bearer ${sign(world.signer)}` },
    });
    expect(response.status).toBe(503);
    world.issuerAway(false);
    const later = await fetch(`${young.url}/api/v1/widget-ping`, {
      headers: { authorization: `Bearer ${sign(world.signer)}` },
    });
    expect(later.status).toBe(200);
  });
});
