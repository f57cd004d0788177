import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningGateway } from '../gateway.js';
import { sign, startWorld, USER_ID, type World } from '../testing/world.js';

let world: World;
let gateway: RunningGateway;
let token: string;

beforeAll(async () => {
  world = await startWorld();
  gateway = await world.gateway({ GATEWAY_CORS_ORIGINS: 'https://app.example.no' });
  token = sign(world.signer);
});
afterAll(() => world.stop());

const send = (method: string, path: string, headers: Record<string, string> = {}, body?: object) =>
  fetch(`${gateway.url}/api/v1${path}`, {
    method,
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
    redirect: 'manual',
  });
const enter = (headers: Record<string, string> = { 'x-session': 'cookie' }) =>
  send('POST', '/auth/enter', headers, { wanted: token });
/** Cookies as the browser would send them back. */
const jarOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
const codeOf = async (answer: Response): Promise<string> => ((await answer.json()) as { code: string }).code;

describe('a browser that keeps its tokens in cookies', () => {
  it('gets them HttpOnly, Secure, SameSite and bound to the host, and never in a body', async () => {
    const answer = await enter();
    const cookies = answer.headers.getSetCookie();
    const text = await answer.text();
    expect(cookies.map((cookie) => cookie.split('=')[0]).sort()).toEqual([
      '__Host-access',
      '__Host-csrf',
      '__Host-refresh',
    ]);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; Path=\/(;|$)/);
      expect(cookie).toContain('; Secure');
      expect(cookie).toContain('; SameSite=Lax');
      expect(cookie).not.toContain('Domain');
      expect(cookie.includes('HttpOnly')).toBe(!cookie.startsWith('__Host-csrf'));
    }
    expect(text).not.toContain(token);
    expect(text).not.toContain('refresh-1');
    expect(JSON.parse(text)).toEqual({ csrfToken: expect.any(String), expiresIn: 300, tokenType: 'Cookie' });
  });

  it('gets them in the body like anybody when it does not ask for cookies', async () => {
    const answer = await enter({});
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await answer.json()).toMatchObject({ accessToken: token, refreshToken: 'refresh-1' });
  });

  it('reads without more, and changes with the token that only a page of ours can read', async () => {
    const entered = await enter();
    const cookie = jarOf(entered);
    const { csrfToken } = (await entered.json()) as { csrfToken: string };
    const read = await send('GET', '/widget-ping', { cookie });
    expect(((await read.json()) as { seen: object }).seen).toMatchObject({ principal: { userId: USER_ID } });
    const change = (headers: Record<string, string>) =>
      send('POST', '/widgets/delay', { cookie, ...headers }, { milliseconds: 0 });
    expect((await change({ 'x-csrf-token': csrfToken })).status).toBe(200);
    for (const headers of [{}, { 'x-csrf-token': 'x' }, { 'x-csrf-token': 'A'.repeat(43) }]) {
      const refused = await change(headers as Record<string, string>);
      expect(refused.status).toBe(403);
      expect(await codeOf(refused)).toBe('CSRF_REFUSED');
    }
  });

  it('is refused on another site, even with the token; our own pages elsewhere are named in the settings', async () => {
    const entered = await enter();
    const cookie = jarOf(entered);
    const { csrfToken } = (await entered.json()) as { csrfToken: string };
    const from = async (headers: Record<string, string>) =>
      (await send('POST', '/widgets/delay', { cookie, 'x-csrf-token': csrfToken, ...headers }, { milliseconds: 0 }))
        .status;
    expect(await from({ origin: 'https://evil.example' })).toBe(403);
    expect(await from({ origin: 'null' })).toBe(403);
    expect(await from({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await from({ origin: gateway.url })).toBe(200);
    expect(await from({ origin: 'https://app.example.no', 'sec-fetch-site': 'cross-site' })).toBe(200);
  });

  it('cannot be signed in by another site as somebody else', async () => {
    const refused = await enter({ 'x-session': 'cookie', origin: 'https://evil.example' });
    expect(refused.status).toBe(403);
    expect(refused.headers.getSetCookie()).toEqual([]);
  });

  it('a token of one session is worth nothing beside the cookies of another', async () => {
    const { csrfToken } = (await (await enter()).json()) as { csrfToken: string };
    const cookie = `__Host-access=${sign(world.signer, { jti: 'another' })}`;
    const refused = await send('POST', '/widgets/delay', { cookie, 'x-csrf-token': csrfToken }, { milliseconds: 0 });
    expect(refused.status).toBe(403);
  });

  it('renews without being able to read the refresh token, and drops everything when that is refused', async () => {
    const renew = (cookie: string) => send('POST', '/auth/renew', { cookie, 'x-session': 'cookie' });
    const renewed = await renew(jarOf(await enter()));
    expect(jarOf(renewed)).toContain('__Host-refresh=refresh-2');
    const refused = await renew('__Host-refresh=stolen');
    expect(refused.status).toBe(401);
    for (const cookie of refused.headers.getSetCookie()) expect(cookie).toContain('Max-Age=0');
    expect(refused.headers.getSetCookie()).toHaveLength(3);
    expect(await codeOf(await renew('a=b'))).toBe('AUTH_REQUIRED');
  });

  it('signs out and forgets', async () => {
    const entered = await enter();
    const { csrfToken } = (await entered.json()) as { csrfToken: string };
    const left = await send('POST', '/auth/leave', { cookie: jarOf(entered), 'x-csrf-token': csrfToken });
    expect(left.status).toBe(204);
    expect(left.headers.getSetCookie()).toHaveLength(3);
  });

  it('is anybody where anybody may, when its cookie has expired; a header counts before a cookie', async () => {
    const expired = `__Host-access=${sign(world.signer, { iat: 1_000, exp: 1_300 })}`;
    const shown = await send('GET', '/widget-show', { cookie: expired, 'x-tenant': 'fjordvik' });
    expect(((await shown.json()) as { seen: object }).seen).toMatchObject({ principal: { kind: 'anonymous' } });
    expect((await send('GET', '/widget-ping', { cookie: expired })).status).toBe(401);
    expect((await send('GET', '/widget-ping', { cookie: expired, authorization: `Bearer ${token}` })).status).toBe(200);
    for (const value of ['x', 'a.b', 'a.b.c', ''])
      expect((await send('GET', '/widget-ping', { cookie: `__Host-access=${value}` })).status).toBe(401);
  });
});
