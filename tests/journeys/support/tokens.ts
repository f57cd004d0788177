import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

type Json = Record<string, unknown>;

const encode = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string | undefined): Json => JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Json;

export interface Parts {
  header: Json;
  claims: Json;
  signature: string;
}

export function partsOf(token: string): Parts {
  const [header, claims, signature = ''] = token.split('.');
  return { header: decode(header), claims: decode(claims), signature };
}

const joined = (header: Json, claims: Json): string => `${encode(header)}.${encode(claims)}`;

export function signed(header: Json, claims: Json, key: KeyObject): string {
  const text = joined(header, claims);
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** Tokens that somebody could make who knows everything public about a real one, and holds a key of their own. */
export function forgeries(real: string, publicJwk: Json, other: Json): Record<string, string> {
  const { header, claims, signature } = partsOf(real);
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ownJwk = own.publicKey.export({ format: 'jwk' });
  const now = Math.floor(Date.now() / 1000);
  const hmac = (secret: string, head: Json): string => {
    const text = joined(head, claims);
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };
  const mine = (head: Json, body: Json) => signed({ ...header, ...head }, { ...claims, ...body }, own.privateKey);
  return {
    'another key under the real key id': mine({}, {}),
    'a key id nobody published': mine({ kid: 'forged' }, {}),
    'a key that the token brings along': mine({ jwk: ownJwk }, {}),
    'a key that the token says where to fetch': mine({ jku: 'http://127.0.0.1:9/jwks.json' }, {}),
    'no key id': mine({ kid: undefined }, {}),
    'no algorithm': `${joined({ ...header, alg: 'none' }, claims)}.`,
    'no algorithm, in capitals': `${joined({ ...header, alg: 'None' }, claims)}.`,
    'no signature': `${joined(header, claims)}.`,
    'HMAC with the public key as its secret': hmac(JSON.stringify(publicJwk), { ...header, alg: 'HS256' }),
    'HMAC with an empty secret': hmac('', { ...header, alg: 'HS256' }),
    'another kind of token': mine({ typ: 'JWT' }, {}),
    'the claims of somebody else under the real signature': `${joined(header, { ...claims, ...other })}.${signature}`,
    'a longer life under the real signature': `${joined(header, { ...claims, exp: now + 86_400 })}.${signature}`,
    'a signature of zeros': `${joined(header, claims)}.${Buffer.alloc(64).toString('base64url')}`,
    'a signature in another encoding': `${joined(header, claims)}.${sign('sha256', Buffer.from(joined(header, claims)), own.privateKey).toString('base64url')}`,
    'another algorithm in the header': `${joined({ ...header, alg: 'ES384' }, claims)}.${signature}`,
    'two parts': real.split('.').slice(0, 2).join('.'),
    'not a token': 'not-a-token',
    'a very long token': `${real}${'A'.repeat(8_000)}`,
  };
}
