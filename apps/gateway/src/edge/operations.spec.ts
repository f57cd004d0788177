import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listSigningKeys } from '@platform/contracts';
import type { RunningGateway } from '../gateway.js';
import { aWidget, KNOWN_ID } from '../testing/widgets.js';
import { claims, sign, startWorld, TENANT_ID, USER_ID, type World } from '../testing/world.js';

let world: World;
let gateway: RunningGateway;
let token: string;

beforeAll(async () => {
  world = await startWorld();
  gateway = await world.gateway();
  token = sign(world.signer);
});
afterAll(() => world.stop());

const ask = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
  fetch(`${gateway.url}/api/v1${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });

const cart = { name: 'Cart', colour: 'red', parts: [{ name: 'wheel', count: 4 }] };

describe('an operation becomes a route', () => {
  it('answers with the declared status, the service’s bytes and the version as ETag', async () => {
    const created = await post('/widgets', cart);
    expect(created.status).toBe(201);
    expect(created.headers.get('etag')).toBe('"1"');
    expect(created.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await created.json()).toEqual({ ...aWidget(KNOWN_ID, 1), name: 'Cart' });
  });

  it('answers 204 without a body where there is nothing to tell', async () => {
    const deleted = await ask(`/widgets/${KNOWN_ID}`, { method: 'DELETE' });
    expect(deleted.status).toBe(204);
    expect(await deleted.text()).toBe('');
  });

  it('answers 304 to a client that has the current version', async () => {
    expect((await ask(`/widgets/${KNOWN_ID}`)).headers.get('etag')).toBe('"3"');
    const again = await ask(`/widgets/${KNOWN_ID}`, { headers: { 'if-none-match': '"3"' } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
  });

  it('tells the service who calls, in which language, trace and tenant, from where', async () => {
    const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const response = await ask('/widget-ping', {
      headers: {
        'x-tenant': 'fjordvik',
        'accept-language': 'nn-NO, en;q=0.5',
        traceparent: trace,
        'x-request-id': 'request-0001',
      },
    });
    const { seen } = (await response.json()) as { seen: Record<string, unknown> };
    expect(seen).toMatchObject({
      requestId: 'request-0001',
      principal: { kind: 'user', userId: USER_ID, tenantId: TENANT_ID, tenantSlug: 'fjordvik' },
      tenantHint: 'fjordvik',
      locale: 'nn',
      ip: '127.0.0.1',
      token,
    });
    expect(seen.traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$/);
    expect(Number(seen.deadline) - Date.now()).toBeLessThanOrEqual(3_000);
    expect(response.headers.get('x-request-id')).toBe('request-0001');
  });

  it('reads query parameters as the types that are declared', async () => {
    expect((await ask('/widgets?limit=20&colour=red&broken=true')).status).toBe(200);
    expect((await ask('/widgets?colour=red&colour=blue')).status).toBe(200);
    const refused = await ask('/widgets?limit=many&broken=perhaps&colour=green&size=4');
    expect(refused.status).toBe(400);
    const { errors } = (await refused.json()) as { errors: { path: string }[] };
    expect(new Set(errors.map(({ path }) => path))).toEqual(new Set(['limit', 'broken', 'colour', 'size']));
  });

  it('takes in the query of a request with a body what is declared there, and nowhere else', async () => {
    expect((await post('/widgets?dryRun=false', cart)).status).toBe(201);
    const refused = await post('/widgets?name=Cart&dryRun=perhaps', cart);
    expect(refused.status).toBe(400);
    const { errors } = (await refused.json()) as { errors: { path: string; code: string }[] };
    expect(errors.map(({ path }) => path)).toEqual(['name', 'dryRun']);
    const inBody = await post('/widgets', { ...cart, dryRun: true });
    expect(inBody.status).toBe(400);
    expect(await inBody.json()).toMatchObject({ errors: [{ path: 'dryRun', code: 'IN_QUERY' }] });
  });

  it('answers 200 to a dry run of what creates: nothing came about', async () => {
    expect((await post('/widgets?dryRun=true', cart)).status).toBe(200);
  });

  it('asks an anonymous caller for a tenant, by header or by host', async () => {
    const named = await world.gateway({ GATEWAY_DOMAIN: 'example.test' });
    const show = (url: string, headers: Record<string, string> = {}) => fetch(`${url}/api/v1/widget-show`, { headers });
    const nameless = await show(gateway.url);
    expect(nameless.status).toBe(400);
    expect(await nameless.json()).toMatchObject({ code: 'TENANT_REQUIRED' });
    expect(await (await show(gateway.url, { 'x-tenant': 'nordlia' })).json()).toMatchObject({
      seen: { tenantHint: 'nordlia' },
    });
    const byHost = await named.app.inject({
      url: '/api/v1/widget-show',
      headers: { host: 'nordlia.example.test:3000' },
    });
    expect(byHost.json()).toMatchObject({ seen: { tenantHint: 'nordlia' } });
    const torn = await named.app.inject({
      url: '/api/v1/widget-show',
      headers: { host: 'nordlia.example.test', 'x-tenant': 'fjordvik' },
    });
    expect(torn.json()).toMatchObject({ status: 403, code: 'TENANT_MISMATCH' });
  });

  it('refuses a tenant named beside the token’s, as the service decides', async () => {
    const response = await ask('/widget-ping', { headers: { 'x-tenant': 'nordlia' } });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: 'TENANT_MISMATCH' });
  });

  it('ignores a token where nobody needs to be signed in', async () => {
    const response = await fetch(`${gateway.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { authorization: 'Bearer expired.or.junk', 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'kari@example.no', password: 'secret' }),
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ seen: { principal: { kind: 'anonymous' }, token: null } });
  });
});

describe('idempotency and versions', () => {
  it('passes Idempotency-Key only where the operation honours it', async () => {
    const replayed = await post('/widgets', cart, { 'idempotency-key': 'again' });
    expect(replayed.headers.get('idempotent-replayed')).toBe('true');
    const elsewhere = await ask('/widget-ping', { headers: { 'idempotency-key': 'again' } });
    expect(await elsewhere.json()).toMatchObject({ seen: { idempotencyKey: null } });
  });

  it('refuses a key that is too long or not printable', async () => {
    for (const key of ['x'.repeat(256), 'with space']) {
      const refused = await post('/widgets', cart, { 'idempotency-key': key });
      expect(refused.status).toBe(400);
      expect(await refused.json()).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: 'Idempotency-Key' }] });
    }
  });

  it.each([
    [undefined, 428, 'PRECONDITION_REQUIRED'],
    ['*', 428, 'PRECONDITION_REQUIRED'],
    ['"abc"', 412, 'STALE_VERSION'],
    ['"2"', 412, 'STALE_VERSION'],
    ['"3"', 200, undefined],
  ])('with If-Match %s answers %d', async (ifMatch, status, code) => {
    const response = await ask(`/widgets/${KNOWN_ID}`, {
      method: 'PUT',
      body: JSON.stringify({ name: 'Cart' }),
      headers: { 'content-type': 'application/json', ...(ifMatch !== undefined && { 'if-match': ifMatch }) },
    });
    expect(response.status).toBe(status);
    expect(((await response.json()) as { code?: string }).code).toBe(code);
  });
});

describe('a version that need not be told', () => {
  it.each([
    [undefined, 204],
    ['*', 204],
    ['"3"', 204],
    ['"2"', 412],
    ['"abc"', 412],
  ])('is heeded all the same: with If-Match %s answers %d', async (ifMatch, status) => {
    const headers: Record<string, string> = ifMatch === undefined ? {} : { 'if-match': ifMatch };
    const response = await ask(`/widgets/${KNOWN_ID}`, { method: 'DELETE', headers });
    expect(response.status).toBe(status);
  });
});

describe('problems', () => {
  it('reports every field at once, nested and unknown ones included', async () => {
    const response = await post('/widgets', {
      name: '',
      colour: 'green',
      parts: [{ name: 'wheel', count: 0, hidden: true }],
      price: { amount: 1.5, currency: 'NOK' },
      madeAt: 'yesterday',
      role: 'admin',
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const problem = (await response.json()) as { errors: { path: string; code: string; message: string }[] };
    expect(problem).toMatchObject({
      code: 'VALIDATION_FAILED',
      status: 400,
      type: '/problems/VALIDATION_FAILED',
      instance: '/api/v1/widgets',
    });
    expect(Object.fromEntries(problem.errors.map(({ path, code }) => [path, code]))).toEqual({
      name: 'MIN_LENGTH',
      colour: 'IS_IN',
      'parts.0.count': 'MIN',
      'parts.0.hidden': 'UNKNOWN_PROPERTY',
      'price.amount': 'IS_INT',
      madeAt: expect.any(String),
      role: 'UNKNOWN_PROPERTY',
    });
  });

  it('gives the refusal of the service in the language asked for, with its details', async () => {
    for (const [language, title] of [
      ['', 'Dingsen er opptatt.'],
      ['nn', 'Dingsen er oppteken.'],
      ['en-GB,nb;q=0.1', 'The widget is taken.'],
    ]) {
      const response = await post('/widgets', { ...cart, name: 'taken' }, { 'accept-language': language as string });
      expect(response.status).toBe(409);
      expect(await response.json()).toMatchObject({
        code: 'WIDGET_TAKEN',
        title,
        details: { alternatives: ['tomorrow'] },
      });
    }
  });

  it('answers a foreign id like a random one, byte for byte but for ids and trace', async () => {
    const scrub = (text: string) => text.replace(/[0-9a-f-]{32,36}/g, '…');
    const answers = await Promise.all(
      ['01980a3e-7c10-7b3e-9f57-000000000001', '0b0b0b0b-7c10-4b3e-9f57-0a4b5c6d7e8f'].map(async (id) => {
        const response = await ask(`/widgets/${id}`);
        const headers = Object.fromEntries(
          [...response.headers].filter(([name]) => !/^(date|x-request-id|traceparent|ratelimit)$/.test(name)),
        );
        return { status: response.status, headers, body: scrub(await response.text()) };
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.status).toBe(404);
  });

  it('says nothing of what went wrong inside', async () => {
    const response = await post('/widgets/break', {});
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ code: 'INTERNAL_ERROR' });
    expect(text).not.toMatch(/hunter2|secret|\.ts/);
  });

  it('answers 404 where there is no route, 405 with Allow where there is one', async () => {
    const nowhere = await ask('/nowhere');
    expect(nowhere.status).toBe(404);
    expect(await nowhere.json()).toMatchObject({ code: 'ROUTE_NOT_FOUND' });
    const wrong = await ask(`/widgets/${KNOWN_ID}`, {
      method: 'PATCH',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('DELETE, GET, HEAD, PUT');
    expect(await wrong.json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
  });

  it('explains every code at the address that its type names', async () => {
    const meaning = await fetch(`${gateway.url}/problems/WIDGET_TAKEN`);
    expect(await meaning.json()).toMatchObject({
      code: 'WIDGET_TAKEN',
      status: 409,
      title: { en: 'The widget is taken.' },
    });
    expect((await fetch(`${gateway.url}/problems/NO_SUCH`)).status).toBe(404);
  });

  it('sets the headers that keep a browser from guessing and framing', async () => {
    for (const path of ['/widget-ping', '/nowhere']) {
      const { headers } = await ask(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });

  it('lets anybody keep what says for how long it may be kept', async () => {
    const { headers } = await fetch(`${gateway.url}/.well-known/jwks.json`);
    expect(headers.get('cache-control')).toBe(`public, max-age=${listSigningKeys.http?.maxAge}`);
    expect(listSigningKeys.http?.maxAge).toBeGreaterThan(0);
  });
});

describe('when a service does not answer', () => {
  it('answers 503 before the deadline when nobody is there', async () => {
    const response = await ask('/widget-forgotten');
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  it('answers 503 at the deadline when it takes too long', async () => {
    const hasty = await world.gateway({ GATEWAY_DEADLINE_MS: '300' });
    const started = Date.now();
    const response = await fetch(`${hasty.url}/api/v1/widgets/delay`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sign(world.signer, claims())}`, 'content-type': 'application/json' },
      body: '{"milliseconds":20000}',
    });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(response.headers.get('retry-after')).not.toBeNull();
    expect(Date.now() - started).toBeLessThan(1_500);
  });
});
