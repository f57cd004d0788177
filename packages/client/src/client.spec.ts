import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as digilistContracts from '@digilist/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as platformContracts from '@platform/contracts';
import { ApiProblem } from './api-problem.js';
import { type Client, createClient } from './client.js';
import { etagOf, metaOf } from './transport.js';

interface Received {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}
interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

let server: Server;
let baseUrl: string;
let received: Received[] = [];
let answer: (request: Received) => Answer = () => ({ status: 200, body: {} });

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const entry = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
      received.push(entry);
      const { status, body: content, headers } = answer(entry);
      response.writeHead(status, {
        'content-type': status < 400 ? 'application/json' : 'application/problem+json',
        ...headers,
      });
      response.end(content === undefined ? undefined : JSON.stringify(content));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

let client: Client;
beforeEach(() => {
  received = [];
  answer = () => ({ status: 200, body: {} });
  client = createClient({ baseUrl, tenant: 'fjordvik', language: 'nn' });
});

const ID = '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f';
const problem = (status: number, code: string) => ({
  type: `/problems/${code}`,
  title: code,
  status,
  detail: code,
  instance: '/',
  code,
  traceId: '0',
});

describe('the client', () => {
  it('has a method for every operation with a route, and none for internal ones', () => {
    const routed = [...platformContracts.platformOperations, ...digilistContracts.digilistOperations].filter(
      ({ http }) => http,
    );
    const methods = [...Object.keys(client.platform), ...Object.keys(client.digilist)].sort();
    expect(methods).toEqual(routed.map(({ id }) => id).sort());
  });

  it('sends path, query and body as the declaration says', async () => {
    await client.digilist.listBookings({ limit: 3 });
    await client.digilist.getBooking({ id: ID });
    await client.digilist.cancelBooking({ id: ID, reason: 'Sjukdom' });
    expect(received.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['GET', '/api/v1/bookings?limit=3', ''],
      ['GET', `/api/v1/bookings/${ID}`, ''],
      ['POST', `/api/v1/bookings/${ID}/cancel`, '{"reason":"Sjukdom"}'],
    ]);
    expect(received[0]?.headers).toMatchObject({ 'x-tenant': 'fjordvik', 'accept-language': 'nn' });
  });

  it('sends a file as it is', async () => {
    const content = Buffer.from('%PDF-1.7');
    await client.digilist.uploadMediaContent({ id: ID, content, contentType: 'application/pdf' });
    expect(received).toMatchObject([{ method: 'POST', url: `/api/v1/media/${ID}/content`, body: '%PDF-1.7' }]);
    expect(received[0]?.headers['content-type']).toBe('application/pdf');
  });

  it('sends the key, and the version of an answer it gave', async () => {
    answer = () => ({ status: 200, body: { id: ID }, headers: { etag: '"7"', 'idempotent-replayed': 'true' } });
    const user = await client.platform.getUser({ id: ID });
    expect(etagOf(user)).toBe('"7"');
    expect(metaOf(user)).toMatchObject({ status: 200, replayed: true });
    await client.platform.updateUser({ id: ID, name: 'Kari' }, { ifMatch: user });
    await client.digilist.createQuote(
      { listingId: ID, startsAt: '2026-12-01T18:00:00+01:00', endsAt: '2026-12-01T19:00:00+01:00' },
      { idempotencyKey: 'k-1', ifMatch: '"3"' },
    );
    expect(received[1]?.headers['if-match']).toBe('"7"');
    expect(received[2]?.headers).toMatchObject({ 'idempotency-key': 'k-1', 'if-match': '"3"' });
  });

  it('throws what the gateway refused, with code, fields and the wait', async () => {
    answer = () => ({
      status: 429,
      body: {
        ...problem(429, 'RATE_LIMITED'),
        errors: [{ path: 'name', code: 'IS_STRING', message: 'name must be a string' }],
      },
      headers: { 'retry-after': '7' },
    });
    const refused = await client.platform.getMe().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiProblem);
    expect(refused).toMatchObject({ status: 429, code: 'RATE_LIMITED', retryAfter: 7, operation: 'getMe' });
    expect((refused as Error).message).toContain('name must be a string');
  });

  it('makes a problem of an answer that is none', async () => {
    answer = () => ({ status: 502, body: 'bad gateway', headers: { 'content-type': 'text/html' } });
    await expect(client.platform.getMe()).rejects.toMatchObject({ status: 502, code: 'HTTP_502' });
  });

  it('gives nothing for an answer without a body', async () => {
    answer = () => ({ status: 204 });
    expect(await client.platform.logout()).toBeUndefined();
  });

  it('renews a refused token once for all calls that wait, and repeats them', async () => {
    answer = ({ url, headers, body }) => {
      if (url.endsWith('/auth/login')) return { status: 200, body: { accessToken: 'old', refreshToken: 'r1' } };
      if (url.endsWith('/auth/refresh')) {
        expect(JSON.parse(body)).toEqual({ refreshToken: 'r1' });
        return { status: 200, body: { accessToken: 'new', refreshToken: 'r2' } };
      }
      return headers.authorization === 'Bearer new'
        ? { status: 200, body: { ok: true } }
        : { status: 401, body: problem(401, 'TOKEN_INVALID') };
    };
    await client.signIn('kari@example.no', 'secret');
    await Promise.all(Array.from({ length: 10 }, () => client.platform.getMe()));
    expect(received.filter(({ url }) => url.endsWith('/auth/refresh'))).toHaveLength(1);
    expect(client.tokens).toEqual({ accessToken: 'new', refreshToken: 'r2' });
  });

  it('gives up when the renewed token is refused as well, and when there is none to renew', async () => {
    answer = ({ url }) =>
      url.endsWith('/auth/refresh')
        ? { status: 200, body: { accessToken: 'new', refreshToken: 'r2' } }
        : { status: 401, body: problem(401, 'TOKEN_INVALID') };
    client.useTokens({ accessToken: 'old', refreshToken: 'r1' });
    await expect(client.platform.getMe()).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    expect(received).toHaveLength(3);
    client.useTokens({ accessToken: 'old' });
    await expect(client.platform.getMe()).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    expect(received).toHaveLength(4);
  });
});
