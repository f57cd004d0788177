import type { Locale, Operation } from '@kit/contracts';
import { localeOf, type Principal, type Span } from '@kit/service/edge';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requestIdOf, traceOf } from './trace.js';

export type UserPrincipal = Extract<Principal, { kind: 'user' }>;

/** What the gateway knows of one HTTP request while it lasts. */
export class Exchange {
  readonly startedAt = performance.now();
  readonly requestId: string;
  readonly traceId: string;
  readonly traceparent: string;
  readonly span: Span | null;
  /** Set by the guards: what is asked, by whom, with which verified token. */
  operation: Operation | null = null;
  principal: UserPrincipal | null = null;
  token: string | null = null;
  /** Code of the problem that was answered. */
  code: string | null = null;

  constructor(private readonly headers: FastifyRequest['headers']) {
    const trace = traceOf(single(headers.traceparent));
    this.traceId = trace.traceId;
    this.traceparent = trace.traceparent;
    this.span = trace.span;
    this.requestId = requestIdOf(headers['x-request-id']);
  }

  get locale(): Locale {
    return localeOf(this.headers['accept-language']);
  }
}

export const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;

const EXCHANGE = Symbol('exchange');

interface Carrier {
  [EXCHANGE]?: Exchange;
}

/** The exchange of a request; made at first sight, since some of Fastify's own answers run before any hook. */
export function exchangeOf(request: FastifyRequest): Exchange {
  const carrier = request as Carrier;
  carrier[EXCHANGE] ??= new Exchange(request.headers);
  return carrier[EXCHANGE];
}

/** Path without what must not be repeated: the query, and a parameter called `token`. */
export function pathOf(request: FastifyRequest): string {
  const route = request.routeOptions?.url;
  if (route?.includes(':token')) return route;
  const url = request.raw.url ?? '/';
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

export type { FastifyReply, FastifyRequest };
