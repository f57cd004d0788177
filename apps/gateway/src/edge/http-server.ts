import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AccessLog } from '../health/access-log.js';
import type { EdgeMetrics } from '../health/edge-metrics.js';
import { answerClientError } from '../problems/client-errors.js';
import { reasonOf } from '../problems/problem.js';
import { sendProblem } from '../problems/send-problem.js';
import { type Exchange, exchangeOf } from './exchange.js';
import { endSpan } from './trace.js';
import { takeUploads } from './uploads.js';

export const MAX_BODY_BYTES = 1_048_576;

/** Fastify as an edge needs it: bounded in size and time, no parser but JSON, every refusal a problem. */
export function edgeAdapter(trustedProxies: readonly string[]): FastifyAdapter {
  return new FastifyAdapter({
    logger: false,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    bodyLimit: MAX_BODY_BYTES,
    // A whole upload must arrive within this time, any other body and the headers sooner; a drip holds no socket.
    requestTimeout: 120_000,
    keepAliveTimeout: 65_000,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2_000, maxHeaderSize: 16_384 },
    routerOptions: { maxParamLength: 500 },
    // While stopping, a request that still comes over an open connection is answered like any other, and is its last.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    clientErrorHandler: answerClientError,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(request, reply, reasonOf(error)),
  });
}

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;

/** Swagger UI brings its own scripts and sets styles inline. */
const DOCUMENT_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface EdgeHooks {
  readonly metrics: EdgeMetrics;
  readonly accessLog: AccessLog | null;
  /** Media types of uploads. */
  readonly uploads: readonly string[];
  /** Connections are given back with their next answer: nobody may send into one that is about to be closed. */
  readonly draining: () => boolean;
}

/** What happens to every request, whether or not it reaches a route. */
export function prepareServer(server: FastifyInstance, { metrics, accessLog, uploads, draining }: EdgeHooks): void {
  server.addHook('onRequest', (request, reply, done) => {
    const exchange = exchangeOf(request);
    metrics.inFlight++;
    reply.headers(SECURITY_HEADERS);
    reply.header('x-request-id', exchange.requestId);
    reply.header('traceparent', exchange.traceparent);
    if (draining()) reply.header('connection', 'close');
    const path = request.raw.url ?? '';
    if (path.startsWith('/docs')) reply.header('content-security-policy', DOCUMENT_POLICY);
    if (request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains');
    // Also when the client goes away before it is answered, of which no hook of Fastify's tells.
    reply.raw.once('close', () => {
      const milliseconds = performance.now() - exchange.startedAt;
      metrics.inFlight--;
      metrics.observe(exchange.operation?.id ?? 'none', request.method, reply.statusCode, milliseconds / 1000);
      if (isProbe(request.raw.url)) return;
      accessLog?.add(request, reply, milliseconds);
      endTrace(exchange, request, reply);
    });
    done();
  });
  server.removeAllContentTypeParsers();
  takeUploads(server, uploads);
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser(
    ['application/json', 'application/scim+json'],
    { parseAs: 'string' },
    (request, body, done) => {
      if (request.headers['content-encoding'] !== undefined && request.headers['content-encoding'] !== 'identity') {
        done(Object.assign(new Error('the body must not be compressed'), { statusCode: 415 }));
      } else if (body === '') {
        done(null, undefined);
      } else {
        rawBodies.set(request, body as string);
        void parseJson(request, body as string, done);
      }
    },
  );
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (request, body, done) => {
    forms.add(request);
    done(null, Object.fromEntries(new URLSearchParams(body as string)));
  });
}

const forms = new WeakSet<FastifyRequest>();

/** The body came as a form, which only some operations take. */
export const isForm = (request: FastifyRequest): boolean => forms.has(request);

/** Bodies as they came, while their requests last. */
const rawBodies = new WeakMap<FastifyRequest, string>();

export const rawBodyOf = (request: FastifyRequest): string | undefined => rawBodies.get(request);

function endTrace({ span, operation, principal, code }: Exchange, request: FastifyRequest, reply: FastifyReply): void {
  if (span === null) return;
  const route = operation?.http ? operation.http.base + operation.http.path : null;
  endSpan(span, { method: request.method, route, status: reply.statusCode, tenantId: principal?.tenantId, code });
}

const isProbe = (url = ''): boolean => url.startsWith('/health/') || url === '/metrics';
