import { randomFillSync, randomUUID } from 'node:crypto';
import { openSpan, type Span, SpanStatusCode, traceparentOf } from '@kit/service/edge';

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;
const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** Random bytes are drawn by the page: one system call for some two hundred requests. */
const pool = Buffer.allocUnsafe(4_096);
let drawn = pool.length;

function randomHex(bytes: number): string {
  if (drawn + bytes > pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  const hex = pool.toString('hex', drawn, drawn + bytes);
  drawn += bytes;
  return hex;
}

export interface Trace {
  readonly traceId: string;
  /** What services receive: the caller's trace with a span of our own (W3C Trace Context). */
  readonly traceparent: string;
  /** Of the whole request; null where none are recorded. */
  readonly span: Span | null;
}

export function traceOf(traceparent: string | undefined): Trace {
  const span = openSpan('HTTP', 'SERVER', traceparent, {});
  if (span) return { traceId: span.spanContext().traceId, traceparent: traceparentOf(span.spanContext()), span };
  const match = traceparent === undefined ? null : TRACEPARENT.exec(traceparent);
  const traceId = match?.[1] ?? randomHex(16);
  return { traceId, traceparent: `00-${traceId}-${randomHex(8)}-${match?.[2] ?? '01'}`, span };
}

export interface Answered {
  readonly method: string;
  /** As it is declared, with parameters by name: a path may hold a token. */
  readonly route: string | null;
  readonly status: number;
  readonly tenantId: string | undefined;
  /** Code of the problem that was answered. */
  readonly code: string | null;
}

/** Says of the request only what is safe to keep: no address, no header, no query, no body. */
export function endSpan(span: Span, { method, route, status, tenantId, code }: Answered): void {
  span.updateName(route === null ? method : `${method} ${route}`);
  span.setAttributes({
    'http.request.method': method,
    'http.response.status_code': status,
    ...(route !== null && { 'http.route': route }),
    ...(tenantId !== undefined && { 'tenant.id': tenantId }),
    ...(code !== null && { 'error.type': code }),
  });
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** The caller's request id when it is harmless, else one of ours. */
export const requestIdOf = (given: unknown): string =>
  typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
