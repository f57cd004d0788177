import { write } from 'node:fs';
import { masked } from '@kit/service/edge';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { exchangeOf, pathOf } from '../edge/exchange.js';

const FLUSH_EVERY_MS = 200;
const FLUSH_AT_CHARACTERS = 32_768;

/**
 * One JSON line per request, written in batches: a write per line would cost as much as the request. No query, no
 * header but the agent, no body: what may be secret is never in reach of it.
 */
export class AccessLog {
  private lines = '';
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly write: (text: string) => void) {}

  add(request: FastifyRequest, reply: FastifyReply, milliseconds: number): void {
    const { requestId, traceId, operation, principal, code } = exchangeOf(request);
    this.lines += `${JSON.stringify({
      level: 'info',
      time: new Date().toISOString(),
      service: 'gateway',
      msg: 'request',
      requestId,
      traceId,
      method: request.method,
      path: tellable(pathOf(request), operation !== null),
      operation: operation?.id,
      status: reply.statusCode,
      code: code ?? undefined,
      ms: Math.round(milliseconds * 100) / 100,
      tenantId: principal?.tenantId,
      userId: principal?.userId,
      ip: request.ip,
      userAgent: request.headers['user-agent']?.slice(0, 200),
    })}\n`;
    if (this.lines.length >= FLUSH_AT_CHARACTERS) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), FLUSH_EVERY_MS).unref();
  }

  flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (this.lines === '') return;
    const lines = this.lines;
    this.lines = '';
    this.write(lines);
  }
}

/** A path that is declared holds words and ids, and its tokens are left out already; any other may hold whatever was typed. */
function tellable(path: string, declared: boolean): string {
  const short = path.slice(0, 500);
  if (!declared) return masked(short.replace(LONG, (part) => (UUID.test(part) ? part : '***')));
  return SUSPECT.test(short) ? masked(short) : short;
}
const LONG = /[^/]{20,}/g;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SUSPECT = /[@%:=]|\d{5}/;

const EAGAIN_PAUSE_MS = 10;

/** Writes to standard output in the background: process.stdout would block on a slow disk or reader, and every request with it. */
export function writeToStdout(text: string): void {
  send(Buffer.from(text));
}

const waiting: Buffer[] = [];
let writing = false;

function send(bytes: Buffer): void {
  waiting.push(bytes);
  if (!writing) next();
}

function next(): void {
  const bytes = waiting.shift();
  writing = bytes !== undefined;
  if (bytes === undefined) return;
  write(1, bytes, (error, written) => {
    if (error?.code === 'EAGAIN') waiting.unshift(bytes);
    else if (!error && written < bytes.length) waiting.unshift(bytes.subarray(written));
    // Nobody reads the log any more (EPIPE …): serving matters more than telling of it.
    if (error?.code === 'EAGAIN') setTimeout(next, EAGAIN_PAUSE_MS);
    else next();
  });
}
