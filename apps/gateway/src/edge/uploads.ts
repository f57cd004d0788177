import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { MALFORMED_REQUEST, type Operation, Refusal, UPLOAD_PIECE_BYTES, type UploadPiece } from '@kit/contracts';
import type { RawAnswer } from '@kit/service/edge';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answerClientError } from '../problems/client-errors.js';
import { EdgeRefusal, UNSUPPORTED_MEDIA_TYPE } from '../problems/edge-codes.js';

/** Time for a body that is no upload to arrive. */
const BODY_TIMEOUT_MS = 15_000;

interface BodyPiece {
  readonly offset: number;
  readonly bytes: Buffer;
  readonly last: boolean;
}

/** Every media type in which one of the operations takes an upload. */
export const uploadTypesOf = (operations: readonly Operation[]): string[] => [
  ...new Set(operations.flatMap(({ http }) => http?.upload ?? [])),
];

const uploads = new WeakSet<FastifyRequest>();

/**
 * The body of an upload, which nobody has read yet; null where the operation takes none.
 *
 * @throws EdgeRefusal UNSUPPORTED_MEDIA_TYPE
 */
export function uploadOf({ http }: Operation, request: FastifyRequest): Readable | null {
  const types = http?.upload ?? null;
  if (types === null && !uploads.has(request)) return null;
  if (types?.includes(mediaTypeOf(request.headers['content-type']))) return request.body as Readable;
  throw new EdgeRefusal(UNSUPPORTED_MEDIA_TYPE, types ? { detail: `Send the file as ${types.join(', ')}.` } : {});
}

/** Asks once per piece of the body until the last one, or until one is refused. */
export async function inPieces(body: Readable, ask: (piece: UploadPiece) => Promise<RawAnswer>): Promise<RawAnswer> {
  const uploadId = randomUUID();
  for await (const { offset, bytes, last } of piecesOf(body)) {
    const answer = await ask({ uploadId, offset, content: bytes.toString('base64'), last });
    if (last || !answer.ok) return answer;
  }
  throw new Refusal(MALFORMED_REQUEST);
}

/** Leaves the bodies of uploads unread; any other one has to arrive sooner than the server's limit, which is theirs. */
export function takeUploads(server: FastifyInstance, types: readonly string[]): void {
  server.addHook('preParsing', (request, _reply, payload, done) => {
    const { 'content-length': length, 'transfer-encoding': chunked, 'content-type': type } = request.headers;
    if ((length !== undefined || chunked !== undefined) && !types.includes(mediaTypeOf(type))) limitReading(request);
    done(null, payload);
  });
  if (types.length === 0) return;
  server.addContentTypeParser([...types], (request, payload, done) => {
    uploads.add(request);
    done(null, payload);
  });
}

const mediaTypeOf = (contentType: string | undefined): string =>
  (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

function limitReading(request: FastifyRequest): void {
  const late = Object.assign(new Error('the body is late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
  const timer = setTimeout(() => answerClientError(late, request.raw.socket), BODY_TIMEOUT_MS).unref();
  request.raw.once('end', () => clearTimeout(timer));
  request.raw.once('close', () => clearTimeout(timer));
}

/**
 * A body piece by piece, never more than one of them in memory. Who stops reading drains the rest, so that the client
 * gets to read its answer; a client that goes away leaves the upload without its last piece.
 */
export async function* piecesOf(body: Readable): AsyncGenerator<BodyPiece> {
  let offset = 0;
  let waiting: Buffer[] = [];
  let size = 0;
  const next = (length: number, last: boolean): BodyPiece => {
    const all = Buffer.concat(waiting);
    const bytes = all.subarray(0, length);
    waiting = [all.subarray(length)];
    size -= length;
    offset += length;
    return { offset: offset - length, bytes, last };
  };
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      waiting.push(chunk);
      size += chunk.length;
      while (size > UPLOAD_PIECE_BYTES) yield next(UPLOAD_PIECE_BYTES, false);
    }
  } catch (error) {
    throw (error as { code?: string }).code === 'ECONNRESET' ? new Refusal(MALFORMED_REQUEST) : error;
  } finally {
    body.resume();
  }
  yield next(size, true);
}
