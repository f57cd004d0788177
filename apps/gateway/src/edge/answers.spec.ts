import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningGateway } from '../gateway.js';
import { sign, startWorld, type World } from '../testing/world.js';

let world: World;
let gateway: RunningGateway;
let token: string;

beforeAll(async () => {
  world = await startWorld();
  gateway = await world.gateway();
  token = sign(world.signer);
});
afterAll(() => world.stop());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${gateway.url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    redirect: 'manual',
  });

describe('an answer that is no JSON', () => {
  it('sends the browser on with 303 and a cookie of its own', async () => {
    const answer = await get('/widget-guide?to=https://id.example.no/authorize');
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('https://id.example.no/authorize?binding=none&signature=none');
    expect(answer.headers.getSetCookie()).toEqual([
      '__Host-binding=b-1; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax',
    ]);
  });

  it('reads what cookies and header fields carry from there, and from nowhere else', async () => {
    const answer = await get('/widget-guide?to=x', {
      cookie: '__Host-binding=b-2; binding=b-3',
      'widget-signature': 's',
    });
    expect(answer.headers.get('location')).toBe('x?binding=b-2&signature=s');
    const refused = await get('/widget-guide?to=x&binding=b-2');
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ errors: [{ path: 'binding', code: 'UNKNOWN_PROPERTY' }] });
  });

  it('streams a download piece by piece under a name that is safe', async () => {
    const answer = await get('/widget-export?pieces=6');
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="widgets__1_.txt"');
    expect(await answer.text()).toBe('1\n2\n3\n4\n5\n6\n');
  });

  it('goes on where a download broke off, and breaks the connection rather than end a file that is not whole', async () => {
    expect(await (await get('/widget-export?pieces=6&cursor=5')).text()).toBe('5\n6\n');
    await expect((await get('/widget-export?pieces=20')).text()).rejects.toThrow();
    expect((await get('/widget-export?pieces=20&cursor=13')).status).toBe(404);
  });
});

describe('a page', () => {
  it('is HTML that may have styles of its own, and neither scripts nor anything from elsewhere', async () => {
    const answer = await fetch(`${gateway.url}/api/v1/widget-page`);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(await answer.text()).toBe('<!doctype html><title>Widgets æøå</title>');
  });
});

describe('a body that somebody signed', () => {
  it('reaches the service letter by letter', async () => {
    const body = '{ "b":2,\t"a": "\\u00e6",  "n": 1.0 }';
    const post = (text: string) =>
      fetch(`${gateway.url}/api/v1/widget-notices`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'widget-signature': 's' },
        body: text,
      });
    const { seen } = (await (await post(body)).json()) as { seen: { body: unknown } };
    expect(seen.body).toEqual({ payload: body, signature: 's' });
    expect((await post('{ not json')).status).toBe(400);
  });

  it('may be signed in Authorization, which then is no token', async () => {
    const authorization = 'HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=abc=';
    const headers = { 'content-type': 'application/json; charset=utf-8', authorization };
    const answer = await fetch(`${gateway.url}/api/v1/widget-notices`, { method: 'POST', headers, body: '{}' });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ seen: { body: { payload: '{}', authorization } } });
  });
});

describe('a form', () => {
  const form = { method: 'POST', body: new URLSearchParams({ refreshToken: 'refresh-1' }) };

  it('is taken where the declaration says so, and nowhere else', async () => {
    const taken = await fetch(`${gateway.url}/api/v1/auth/renew`, form);
    expect(taken.status).toBe(200);
    expect(taken.headers.get('content-security-policy')).toContain('frame-ancestors https:');
    const headers = { authorization: `Bearer ${token}` };
    const refused = await fetch(`${gateway.url}/api/v1/widgets/delay`, { ...form, headers });
    expect(refused.status).toBe(415);
    expect(refused.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });
});

describe('a route that is on its way out', () => {
  it('says since when, until when and what comes instead', async () => {
    const { headers } = await get('/widget-old');
    expect(headers.get('deprecation')).toBe('@1767225600');
    expect(headers.get('sunset')).toBe('Fri, 01 Jan 2027 00:00:00 GMT');
    expect(headers.get('link')).toBe('</api/v2/widgets>; rel="successor-version"');
  });
});
