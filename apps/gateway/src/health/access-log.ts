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
      path: pathOf(request).slice(0, 500),
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
