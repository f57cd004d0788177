import net from 'node:net';
import { gzipSync } from 'node:zlib';
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

interface RawResponse {
  status: number;
  head: string;
  body: string;
}

/** Sends bytes as they are and reads until the server closes the connection or has answered. */
function raw(...chunks: (string | Buffer)[]): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(gateway.port, '127.0.0.1');
    let text = '';
    const finish = () => {
      socket.destroy();
      const [head = '', body = ''] = text.split('\r\n\r\n');
      resolve({ status: Number(head.split(' ')[1] ?? 0), head, body });
    };
    socket.setTimeout(10_000, finish);
    socket.on('data', (chunk) => {
      text += chunk.toString();
      const length = /content-length: (\d+)/i.exec(text)?.[1];
      const body = text.split('\r\n\r\n')[1];
      if (length !== undefined && body !== undefined && Buffer.byteLength(body) >= Number(length)) finish();
    });
    socket.on('close', finish);
    socket.on('error', (error) => (text === '' ? reject(error) : finish()));
    for (const chunk of chunks) socket.write(chunk);
  });
}

const head = (line: string, ...fields: string[]) =>
  `${[line, 'Host: localhost', `Authorization: Bearer ${token}`, ...fields].join('\r\n')}\r\n\r\n`;

const send = (body: string | Buffer, headers: Record<string, string> = {}) =>
  fetch(`${gateway.url}/api/v1/widgets`, {
    method: 'POST',
    body: body as string,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
  });

const cart = { name: 'Cart', colour: 'red', parts: [] };

async function expectProblem(response: Response, status: number, code: string): Promise<void> {
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(await response.json()).toMatchObject({ status, code, traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(response.status).toBe(status);
}

describe('a body', () => {
  it.each([
    ['is cut off', '{"name": "Ca'],
    ['is no JSON', 'name=Cart'],
    ['starts with a byte order mark in the middle', '{\uFEFF"name"}'],
    ['has a trailing comma', '{"name":"Cart",}'],
    ['names __proto__', '{"__proto__":{"admin":true},"name":"Cart","colour":"red","parts":[]}'],
    [
      'names constructor.prototype',
      '{"constructor":{"prototype":{"admin":true}},"name":"Cart","colour":"red","parts":[]}',
    ],
  ])('that %s is malformed', async (_, body) => {
    await expectProblem(await send(body), 400, 'MALFORMED_REQUEST');
  });

  it.each([
    ['is a list', '[]'],
    ['is text', '"Cart"'],
    ['is null', 'null'],
    ['is empty', ''],
    ['has a number beyond all numbers', '{"name":"Cart","colour":"red","parts":[{"name":"wheel","count":1e400}]}'],
    [
      'has a whole number that is not exact',
      '{"name":"Cart","colour":"red","parts":[],"price":{"amount":9007199254740993,"currency":"NOK"}}',
    ],
    ['has the character NUL', '{"name":"Ca\\u0000rt","colour":"red","parts":[]}'],
    ['has half a surrogate pair', '{"name":"Ca\\ud800rt","colour":"red","parts":[]}'],
    ['has another type everywhere', '{"name":{},"colour":[],"parts":"none"}'],
  ])('that %s is not valid', async (_, body) => {
    await expectProblem(await send(body), 400, 'VALIDATION_FAILED');
  });

  it('may spell a backslash before u0000 and ud800, and hold whole surrogate pairs', async () => {
    const whole = await send('{"name":"Cart \\\\u0000 \\\\ud800 \\ud83d\\udc4b","colour":"red","parts":[]}');
    expect(whole.status).toBe(201);
    expect(await whole.json()).toMatchObject({ name: 'Cart \\u0000 \\ud800 👋' });
  });

  it('with duplicate keys means the last one, here and in the service', async () => {
    const response = await send('{"name":"taken","colour":"red","parts":[],"name":"Cart"}');
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ name: 'Cart' });
  });

  it('nested ten thousand deep breaks nothing', async () => {
    const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
    const response = await send(`{"name":"Cart","colour":"red","parts":[],"notes":${deep}}`);
    expect([201, 400]).toContain(response.status);
    await response.text();
  });

  it('larger than a mebibyte is refused, a little less is answered', async () => {
    await expectProblem(
      await send(JSON.stringify({ ...cart, notes: { text: 'x'.repeat(1_048_576) } })),
      413,
      'BODY_TOO_LARGE',
    );
    expect((await send(JSON.stringify({ ...cart, notes: { text: 'x'.repeat(1_048_200) } }))).status).toBe(201);
  });

  it('of another type or encoding is refused', async () => {
    await expectProblem(await send('<cart/>', { 'content-type': 'application/xml' }), 415, 'UNSUPPORTED_MEDIA_TYPE');
    await expectProblem(await send('Cart', { 'content-type': 'text/plain' }), 415, 'UNSUPPORTED_MEDIA_TYPE');
    await expectProblem(
      await send(gzipSync(JSON.stringify(cart)), { 'content-encoding': 'gzip' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    );
  });

  it('changes no prototype', async () => {
    await send('{"__proto__":{"polluted":true}}');
    await fetch(`${gateway.url}/api/v1/widgets?__proto__[polluted]=1&constructor=1&__proto__=1`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('an address', () => {
  it.each([
    ['/api/v1/widgets/not-an-id', 400, 'VALIDATION_FAILED'],
    ['/api/v1/widgets/%zz', 400, 'MALFORMED_REQUEST'],
    ['/api/v1/widgets/%00', 400, 'VALIDATION_FAILED'],
    [`/api/v1/widgets/${'x'.repeat(600)}`, 404, 'ROUTE_NOT_FOUND'],
    ['/api/v1/widgets?limit=1&limit=2', 400, 'VALIDATION_FAILED'],
    ['/api/v1/widgets?constructor=1', 400, 'VALIDATION_FAILED'],
    ['/api/v1/widgets?__proto__=1', 400, 'VALIDATION_FAILED'],
    ['/api/v1/widgets?limit=1e1', 400, 'VALIDATION_FAILED'],
    ['/api/v1/widgets?cursor=a%00b', 400, 'VALIDATION_FAILED'],
  ])('%s answers %d %s', async (path, status, code) => {
    const response = await raw(head(`GET ${path} HTTP/1.1`));
    expect(JSON.parse(response.body)).toMatchObject({ status, code });
    expect(response.status).toBe(status);
  });
});

describe('bytes that are hardly HTTP', () => {
  it.each([
    ['an unknown method', () => head('FETCH /api/v1/widgets HTTP/1.1')],
    ['noise', () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n'],
    ['a NUL in a field', () => head('GET /api/v1/widgets HTTP/1.1', 'X-Tenant: fjord\0vik')],
    ['a line break in a field', () => head('GET /api/v1/widgets HTTP/1.1', 'X-Tenant: a\n b: c')],
    ['a space before the colon', () => head('GET /api/v1/widgets HTTP/1.1', 'X-Tenant : fjordvik')],
    [
      'two lengths',
      () =>
        `${head('POST /api/v1/widgets HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 2', 'Content-Length: 20')}{}`,
    ],
    [
      'a length and chunks',
      () =>
        `${head('POST /api/v1/widgets HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    ],
    [
      'a negative length',
      () => head('POST /api/v1/widgets HTTP/1.1', 'Content-Type: application/json', 'Content-Length: -1'),
    ],
    [
      'an unreadable chunk',
      () =>
        `${head('POST /api/v1/widgets HTTP/1.1', 'Content-Type: application/json', 'Transfer-Encoding: chunked')}zz\r\n{}\r\n`,
    ],
    ['no host', () => 'GET /api/v1/widgets HTTP/1.1\r\n\r\n'],
  ])('%s is answered with 400 and the connection closed', async (_, bytes) => {
    const response = await raw(bytes());
    expect(response.status).toBe(400);
    expect(response.head.toLowerCase()).toContain('connection: close');
  });

  it('headers of twenty kilobytes are answered with 431', async () => {
    const response = await raw(head('GET /api/v1/widgets HTTP/1.1', `X-Large: ${'x'.repeat(20_000)}`));
    expect(response.status).toBe(431);
    expect(JSON.parse(response.body)).toMatchObject({ code: 'HEADERS_TOO_LARGE', status: 431 });
  });

  it('a socket that is cut in the middle of a body harms nobody else', async () => {
    await new Promise<void>((resolve) => {
      const socket = net.connect(gateway.port, '127.0.0.1', () => {
        socket.write(head('POST /api/v1/widgets HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 500'));
        socket.write('{"name":');
        socket.resetAndDestroy();
        resolve();
      });
    });
    expect((await send(JSON.stringify(cart))).status).toBe(201);
  });
});
