import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@kit/testing';
import { sign, startWorld, TENANT_ID, USER_ID, type World } from '../testing/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe('health', () => {
  it('is ready while both services answer, and alive always', async () => {
    const gateway = await world.gateway();
    const ready = await fetch(`${gateway.url}/health/ready`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ status: 'ok', checks: { nats: true, platform: true, digilist: true } });
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
  });

  it('counts every operation by status for Prometheus', async () => {
    const gateway = await world.gateway();
    await fetch(`${gateway.url}/api/v1/widget-ping`);
    await eventually(async () => {
      const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
      const counts = metrics.split('\n').filter((line) => line.includes('_count{'));
      expect(counts.join('\n')).toMatch(
        /duration_seconds_count\{service="gateway",operation="pingWidgets",method="GET",status="401"\} 1/,
      );
    });
  });

  it('logs one JSON line per request, with ids and without secrets, whatever the request holds', async () => {
    let log = '';
    const gateway = await world.gateway({}, (text) => {
      log += text;
    });
    const token = sign(world.signer);
    await fetch(`${gateway.url}/api/v1/auth/login?password=hunter1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'spec\\n"agent"' },
      body: '{"email":"kari@example.no","password":"hunter2"}',
    });
    const response = await fetch(`${gateway.url}/api/v1/widget-ping`, {
      headers: { authorization: `Bearer ${token}`, cookie: 'session=hunter3' },
    });
    await eventually(() => expect(log.trim().split('\n')).toHaveLength(2));
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[1]).toMatchObject({
      operation: 'pingWidgets',
      status: 200,
      tenantId: TENANT_ID,
      userId: USER_ID,
      requestId: response.headers.get('x-request-id'),
      path: '/api/v1/widget-ping',
    });
    expect(log).not.toMatch(/hunter/);
    expect(log).not.toContain(token);
  });

  it('answers a browser of a configured origin, and no other', async () => {
    const gateway = await world.gateway({ GATEWAY_CORS_ORIGINS: 'https://fjordvik.example' });
    const preflight = (origin: string) =>
      fetch(`${gateway.url}/api/v1/widgets`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
    const ours = await preflight('https://fjordvik.example');
    expect(ours.status).toBe(204);
    expect(ours.headers.get('access-control-allow-origin')).toBe('https://fjordvik.example');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).not.toBe(
      'https://evil.example',
    );
  });
});

describe('stopping', () => {
  it('finishes what is in flight and takes nothing new', async () => {
    const gateway = await world.gateway();
    const slow = fetch(`${gateway.url}/api/v1/widgets/delay`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sign(world.signer)}`, 'content-type': 'application/json' },
      body: '{"milliseconds":500}',
    });
    await eventually(async () =>
      expect(await (await fetch(`${gateway.url}/metrics`)).text()).toMatch(/http_server_in_flight\{[^}]*\} 2/),
    );
    const stopped = gateway.stop();
    expect((await slow).status).toBe(200);
    await stopped;
    await expect(fetch(`${gateway.url}/health/live`)).rejects.toThrow();
  });

  it('still serves while a balancer has not noticed, and gives each connection back with its answer', async () => {
    const gateway = await world.gateway({ GATEWAY_DRAIN_MS: '2000' });
    const ask = () => fetch(`${gateway.url}/api/v1/widget-ping`);
    expect((await ask()).headers.get('connection')).toBe('keep-alive');
    const stopped = gateway.stop();
    expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${gateway.url}/health/connected`)).status).toBe(503);
    const last = await ask();
    expect([last.status, last.headers.get('connection')]).toEqual([401, 'close']);
    await stopped;
  });

  it('does not wait for connections that ask nothing', async () => {
    const gateway = await world.gateway();
    const idle = net.connect(gateway.port, '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    idle.on('error', () => undefined);
    const started = Date.now();
    await gateway.stop();
    expect(Date.now() - started).toBeLessThan(3_000);
    idle.destroy();
  });
});

describe('when NATS or a service goes away', () => {
  it('is not ready without the services and answers 503, and 503 without NATS, within the deadline', async () => {
    const gateway = await world.gateway();
    const ask = () =>
      fetch(`${gateway.url}/api/v1/widget-ping`, { headers: { authorization: `Bearer ${sign(world.signer)}` } });
    expect((await ask()).status).toBe(200);
    await world.stopServices();
    const unready = await fetch(`${gateway.url}/health/ready`);
    expect(unready.status).toBe(503);
    expect(await unready.json()).toMatchObject({ checks: { nats: true, platform: false, digilist: false } });
    expect((await ask()).status).toBe(503);
    // No reason to take this gateway out of a load balancer: no other could do better.
    const connected = () => fetch(`${gateway.url}/health/connected`);
    expect((await connected()).status).toBe(200);
    await world.server.stop();
    for (let n = 0; n < 5; n++) {
      const started = Date.now();
      const response = await ask();
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).not.toBeNull();
      expect(Date.now() - started).toBeLessThan(3_500);
    }
    expect((await connected()).status).toBe(503);
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
  });
});
