import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@kit/testing';
import type { RunningGateway } from '../gateway.js';
import { claims, sign, startWorld, type World } from '../testing/world.js';
import { addressKey } from './rate-limits.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
// A gateway tells a newcomer all it knows: without this, one test would count for the next.
afterEach(() => world.stopGateways());
afterAll(() => world.stop());

const LONG = { GATEWAY_LIMIT_WINDOW_SECONDS: '3600' };

const ping = (gateway: RunningGateway, token: string) =>
  fetch(`${gateway.url}/api/v1/widget-ping`, { headers: { authorization: `Bearer ${token}` } });

async function statuses(times: number, request: () => Promise<Response>): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (let n = 0; n < times; n++) {
    const { status } = await request();
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

const userToken = (sub: string, tid?: string) => sign(world.signer, claims({ sub, ...(tid && { tid }) }));
const USERS = Array.from({ length: 9 }, (_, n) => `01980a3e-0000-7000-8000-0000000000c${n}`);

describe('limits', () => {
  it('per user hold exactly on one instance, and tell what is left', async () => {
    const gateway = await world.gateway({ ...LONG, GATEWAY_LIMIT_USER: '10' });
    const token = userToken(USERS[0] as string);
    const first = await ping(gateway, token);
    expect(first.headers.get('ratelimit')).toMatch(/^"user";r=9;t=\d+$/);
    expect(first.headers.get('ratelimit-policy')).toContain('"user";q=10;w=3600');
    expect(await statuses(20, () => ping(gateway, token))).toEqual({ 200: 9, 429: 11 });
    const refused = await ping(gateway, token);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('ratelimit')).toMatch(/^"user";r=0;t=\d+$/);
    expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED', status: 429 });
    expect((await ping(gateway, userToken(USERS[1] as string))).status).toBe(200);
  });

  it('are shared by two instances: what one let through, the other counts', async () => {
    const limit = { ...LONG, GATEWAY_LIMIT_USER: '20' };
    const [one, two] = [await world.gateway(limit), await world.gateway(limit)];
    const token = userToken(USERS[2] as string);
    expect(await statuses(15, () => ping(one, token))).toEqual({ 200: 15 });
    let spent = 0;
    await eventually(async () => {
      const response = await ping(two, token);
      if (response.status === 200) spent++;
      expect(response.status).toBe(429);
    });
    // Ten a second, so the other instance may let a few through before it hears.
    expect(15 + spent).toBeGreaterThanOrEqual(20);
    expect(15 + spent).toBeLessThanOrEqual(40);
    await eventually(async () => expect((await ping(one, token)).status).toBe(429));
  });

  it('are told to an instance that has just started', async () => {
    const limit = { ...LONG, GATEWAY_LIMIT_USER: '10' };
    const old = await world.gateway(limit);
    const token = userToken(USERS[3] as string);
    await statuses(11, () => ping(old, token));
    const young = await world.gateway(limit);
    await eventually(async () => expect((await ping(young, token)).status).toBe(429));
  });

  it('per tenant count all its users, and no other tenant’s', async () => {
    const gateway = await world.gateway({ ...LONG, GATEWAY_LIMIT_TENANT: '6' });
    const tenant = '01980a3e-0000-7000-8000-0000000000d1';
    const counts = await statuses(4, () => ping(gateway, userToken(USERS[4] as string, tenant)));
    expect(counts).toEqual({ 200: 4 });
    expect(await statuses(4, () => ping(gateway, userToken(USERS[5] as string, tenant)))).toEqual({ 200: 2, 429: 2 });
    expect((await ping(gateway, userToken(USERS[5] as string, '01980a3e-0000-7000-8000-0000000000d2'))).status).toBe(
      200,
    );
  });

  it('per address come before authentication, and are stricter for guessing secrets', async () => {
    const gateway = await world.gateway({
      ...LONG,
      GATEWAY_LIMIT_ADDRESS: '12',
      GATEWAY_LIMIT_CREDENTIALS: '5',
      GATEWAY_TRUSTED_PROXIES: '127.0.0.1',
    });
    const login = (address: string) =>
      fetch(`${gateway.url}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
        body: '{"email":"kari@example.no","password":"guess"}',
      });
    expect(await statuses(8, () => login('203.0.113.7'))).toEqual({ 200: 5, 429: 3 });
    expect((await login('203.0.113.8')).status).toBe(200);
    const anonymous = () =>
      fetch(`${gateway.url}/api/v1/widget-ping`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(await statuses(15, anonymous)).toEqual({ 401: 12, 429: 3 });
  });

  it('do not believe X-Forwarded-For of anybody', async () => {
    const gateway = await world.gateway({ ...LONG, GATEWAY_LIMIT_ADDRESS: '3' });
    let n = 0;
    const forged = () =>
      fetch(`${gateway.url}/api/v1/widget-ping`, { headers: { 'x-forwarded-for': `198.51.100.${n++}` } });
    expect(await statuses(6, forged)).toEqual({ 401: 3, 429: 3 });
  });

  it('spare health and documents, and 0 switches them off', async () => {
    const gateway = await world.gateway({
      ...LONG,
      GATEWAY_LIMIT_ADDRESS: '1',
      GATEWAY_LIMIT_USER: '0',
      GATEWAY_LIMIT_TENANT: '0',
    });
    expect(await statuses(5, () => fetch(`${gateway.url}/health/live`))).toEqual({ 200: 5 });
    expect(await statuses(5, () => fetch(`${gateway.url}/openapi.json`))).toEqual({ 200: 5 });
    const free = await world.gateway({
      GATEWAY_LIMIT_ADDRESS: '0',
      GATEWAY_LIMIT_USER: '0',
      GATEWAY_LIMIT_TENANT: '0',
    });
    const response = await ping(free, userToken(USERS[6] as string));
    expect(response.headers.get('ratelimit')).toBeNull();
  });
});

describe('addressKey', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
  ])('%s counts as %s', (ip, key) => {
    expect(addressKey(ip)).toBe(key);
  });
});
