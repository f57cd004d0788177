import { createHash, randomBytes } from 'node:crypto';
import net from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UPLOAD_PIECE_BYTES } from '@kit/contracts';
import { eventually } from '@kit/testing';
import type { RunningGateway } from '../gateway.js';
import { finishedUploads, KNOWN_ID } from '../testing/widgets.js';
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

const upload = (bytes: Buffer | Readable, { type = 'image/png', id = KNOWN_ID } = {}) =>
  fetch(`${gateway.url}/api/v1/widgets/${id}/file`, {
    method: 'POST',
    body: bytes as unknown as NonNullable<RequestInit['body']>,
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    ...(bytes instanceof Readable && { duplex: 'half' }),
  } as RequestInit);

const sumOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('an upload', () => {
  it.each([
    ['one byte', 1, 1],
    ['exactly one piece', UPLOAD_PIECE_BYTES, 1],
    ['a piece and a byte', UPLOAD_PIECE_BYTES + 1, 2],
    ['five megabytes', 5_000_000, 10],
  ])('of %s arrives whole and in order, in pieces that NATS takes', async (_, size, pieces) => {
    const bytes = randomBytes(size);
    const response = await upload(bytes);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ bytes: size, pieces, sum: sumOf(bytes) });
  });

  it('of unknown length arrives whole', async () => {
    const parts = Array.from({ length: 40 }, () => randomBytes(33_333));
    const response = await upload(Readable.from(parts));
    expect(await response.json()).toMatchObject({ bytes: 40 * 33_333, sum: sumOf(Buffer.concat(parts)) });
  });

  it('of nothing is for the service to judge', async () => {
    expect(await (await upload(Buffer.alloc(0))).json()).toMatchObject({ bytes: 0, pieces: 1 });
  });

  it('that is refused on the way is answered, although the client still sends', async () => {
    const response = await upload(randomBytes(20_000_000), { id: KNOWN_ID.replace(/.$/, '0') });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: 'WIDGET_TAKEN' });
  });

  it('whose client goes away never gets its last piece', async () => {
    const before = finishedUploads.size;
    await new Promise<void>((resolve) => {
      const socket = net.connect(gateway.port, '127.0.0.1', () => {
        socket.write(
          `POST /api/v1/widgets/${KNOWN_ID}/file HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
            'Content-Type: image/png\r\nContent-Length: 2000000\r\n\r\n',
        );
        socket.write(randomBytes(1_000_000), () => {
          socket.resetAndDestroy();
          resolve();
        });
      });
    });
    await upload(randomBytes(10));
    await eventually(async () => expect(finishedUploads.size).toBe(before + 1));
  });

  it.each([
    ['JSON', 'application/json'],
    ['a type the operation does not name', 'image/gif'],
    ['a form', 'application/x-www-form-urlencoded'],
  ])('sent as %s is refused', async (_, type) => {
    const response = await upload(Buffer.from('{"id":1}'), { type });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' });
  });

  it('to an operation that takes none is refused unread', async () => {
    const response = await fetch(`${gateway.url}/api/v1/widgets`, {
      method: 'POST',
      body: randomBytes(3_000_000),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'image/png' },
    });
    expect(response.status).toBe(415);
  });

  it('of somebody who is not signed in is refused before any piece is passed on', async () => {
    const response = await fetch(`${gateway.url}/api/v1/widgets/${KNOWN_ID}/file`, {
      method: 'POST',
      body: randomBytes(2_000_000),
      headers: { 'content-type': 'image/png' },
    });
    expect(response.status).toBe(401);
  });
});

describe('a download that says so', () => {
  const picture = (query = '', headers: Record<string, string> = {}) =>
    fetch(`${gateway.url}/api/v1/widget-picture${query}`, {
      headers: { authorization: `Bearer ${token}`, ...headers },
    });

  it('is shown, may be kept by anybody only where it is shared, and is not sent again to who has it', async () => {
    const own = await picture();
    expect(Buffer.from(await own.arrayBuffer())).toEqual(Buffer.from([0, 1, 2]));
    expect(own.headers.get('content-disposition')).toBe('inline; filename="a.png"');
    expect(own.headers.get('etag')).toBe('"sum"');
    expect(own.headers.get('cache-control')).toBe('private, no-cache');
    expect((await picture('?open=true')).headers.get('cache-control')).toBe('public, max-age=3600, immutable');
    const again = await picture('', { 'if-none-match': '"sum"' });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
  });
});
