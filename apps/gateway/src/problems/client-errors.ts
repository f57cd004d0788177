import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { MALFORMED_REQUEST, Refusal } from '@kit/contracts';
import { EdgeRefusal, HEADERS_TOO_LARGE, REQUEST_TIMEOUT } from './edge-codes.js';
import { PROBLEM_TYPE, problemReply, reasonOf } from './problem.js';

/** Answers what Node's HTTP parser refused: there is no request object yet, only a socket. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { status, headers, problem } = problemReply(reasonOf(refusalOf(error.code)), {
    path: '/',
    traceId: randomUUID().replaceAll('-', ''),
    locale: 'nb',
  });
  const body = JSON.stringify(problem);
  const fields = {
    ...headers,
    'content-type': PROBLEM_TYPE,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}

function refusalOf(code: string | undefined): Error {
  if (code === 'HPE_HEADER_OVERFLOW') return new EdgeRefusal(HEADERS_TOO_LARGE);
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new EdgeRefusal(REQUEST_TIMEOUT);
  return new Refusal(MALFORMED_REQUEST);
}
