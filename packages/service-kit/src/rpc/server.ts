import {
  DEADLINE_EXCEEDED,
  INTERNAL_ERROR,
  NOT_FOUND,
  type Operation,
  OVERLOADED,
  Refusal,
  type RefusalBody,
  refusalBody,
} from '@kit/contracts';
import { type Msg, headers as natsHeaders, type Subscription } from '@nats-io/transport-node';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { lastValueFrom, type Observable } from 'rxjs';
import type { RequestContext } from '../context/request-context.js';
import { WIRE } from '../context/wire-headers.js';
import { translated } from '../database/trouble.js';
import { StoredRefusal } from '../idempotency/idempotency.js';
import type { Logger } from '../logging/logger.js';
import { inScope } from '../logging/request-scope.js';
import type { Nats } from '../nats/connection.js';
import { fitsMessage } from '../nats/message-size.js';
import type { Metrics } from '../telemetry/metrics.js';
import { spanned } from '../telemetry/spans.js';
import { traceIdOf } from '../telemetry/trace-context.js';
import { etagOf } from './etag.js';
import { operationOf } from './handles.js';
import type { Incoming, RequestPipeline } from './pipeline.js';
import { violations } from './validate.js';

const RPC = { 'rpc.system.name': 'nats' };

type Handler = (request: object, ctx: RequestContext) => Promise<Observable<unknown> | unknown>;

interface Answer {
  code: string;
  body: string;
  headers: Record<string, string>;
  /** Request that asked for something that is not there, as far as its tenant goes. */
  missed?: RequestContext;
  /** The request, as soon as its caller is known. */
  opened?: RequestContext;
}

export interface RpcServerOptions {
  context: string;
  maxInFlight: number;
  shutdownMs: number;
  /** Compare every answer with its declared class; for tests and development. */
  checkAnswers: boolean;
  /** Told of every NOT_FOUND, after it was answered. */
  notFound?: (ctx: RequestContext) => void;
  /** Told of every request whose caller is known, after it was answered, and with which code. */
  answered?: (ctx: RequestContext, code: string) => void;
  /** What a request changed without an audit record; asked where answers are checked. */
  silent?: (operation: Operation, requestId: string) => string[];
}

/**
 * Provided by a service that wants to know whether what was not found exists in another tenant. It is told after the
 * answer, so that neither its bytes nor its time can tell.
 */
export abstract class NotFoundObserver {
  abstract observe(ctx: RequestContext): void;
}

/** Nest transport that answers operations over NATS, one queue group per service. */
export class RpcServer extends Server implements CustomTransportStrategy {
  private subscriptions: Subscription[] = [];
  private inFlight = 0;
  private idle: (() => void) | null = null;

  constructor(
    private readonly options: RpcServerOptions,
    private readonly nats: Nats,
    private readonly pipeline: RequestPipeline,
    private readonly log: Logger,
    private readonly metrics: Metrics,
  ) {
    super();
  }

  listen(done: (error?: unknown) => void): void {
    try {
      for (const [subject, handler] of this.messageHandlers) this.subscribe(subject, handler as unknown as Handler);
      void this.nats.connection.flush().then(() => done(), done);
    } catch (error) {
      done(error);
    }
  }

  /** Takes no new request and waits for those in flight. */
  async close(): Promise<void> {
    await Promise.all(this.subscriptions.map((subscription) => subscription.drain().catch(() => undefined)));
    this.subscriptions = [];
    if (this.inFlight === 0) return;
    await Promise.race([
      new Promise<void>((resolve) => {
        this.idle = resolve;
      }),
      new Promise((resolve) => setTimeout(resolve, this.options.shutdownMs).unref()),
    ]);
  }

  on(): void {}

  unwrap<T>(): T {
    return this.nats.connection as T;
  }

  private subscribe(subject: string, handler: Handler): void {
    const operation = operationOf(subject);
    const { context } = this.options;
    if (!operation || operation.context !== context || !subject.startsWith(`${context}.`)) {
      throw new Error(`${subject} does not belong to the context "${context}"`);
    }
    const subscription = this.nats.connection.subscribe(subject, {
      queue: context,
      callback: (error, message) => {
        if (error) this.log.error({ err: error, subject }, 'subscription failed');
        else void this.serve(operation, handler, message);
      },
    });
    this.subscriptions.push(subscription);
  }

  private async serve(operation: Operation, handler: Handler, message: Msg): Promise<void> {
    const envelope = this.pipeline.envelope(operation, message);
    if (this.inFlight >= this.options.maxInFlight) {
      this.metrics.requests.observe({ operation: operation.id, code: OVERLOADED.code }, 0);
      this.respond(message, refused(new Refusal(OVERLOADED, { retryAfter: 1 })));
      return;
    }
    this.inFlight++;
    this.metrics.inFlight.set(this.inFlight);
    const started = performance.now();
    const scope = { requestId: envelope.requestId, traceId: traceIdOf(envelope.traceparent) };
    const answer = await inScope(scope, () => this.answer(envelope, handler, message));
    this.metrics.requests.observe({ operation: operation.id, code: answer.code }, (performance.now() - started) / 1000);
    this.respond(message, answer);
    if (answer.missed) this.options.notFound?.(answer.missed);
    if (answer.opened) this.options.answered?.(answer.opened, answer.code);
    this.inFlight--;
    this.metrics.inFlight.set(this.inFlight);
    if (this.inFlight === 0) this.idle?.();
  }

  private async answer(envelope: RequestContext, handler: Handler, message: Incoming): Promise<Answer> {
    const { operation } = envelope;
    let opened: RequestContext | null = null;
    try {
      if (envelope.deadline <= Date.now()) throw new Refusal(DEADLINE_EXCEEDED, { retryAfter: 1 });
      return await spanned(operation.id, 'SERVER', envelope.traceparent, RPC, async (traceparent) => {
        const { ctx, request } = await this.pipeline.open({ ...envelope, traceparent }, message);
        opened = ctx;
        const answers = this.transformToObservable(await handler(request, ctx)) as Observable<unknown>;
        const result = await lastValueFrom(answers, { defaultValue: undefined });
        return this.answered(operation, ctx, result);
      });
    } catch (error) {
      // Also what was asked of the database outside a unit of work.
      const answer = this.failed(operation, translated(error));
      if (opened === null) return answer;
      return { ...answer, opened, ...(answer.code === NOT_FOUND.code && { missed: opened }) };
    }
  }

  private answered(operation: Operation, ctx: RequestContext, result: unknown): Answer {
    const { access } = operation;
    if ((access.kind === 'permission' || access.kind === 'authenticated') && !ctx.authorized) {
      throw new Error(`${operation.id} answered without a unit of work: nobody was asked whether the caller may`);
    }
    if (this.options.checkAnswers) this.check(operation, result, ctx);
    const etag = ctx.etag ?? etagOf(result);
    return {
      opened: ctx,
      code: 'OK',
      body: operation.response === null ? '' : this.fitting(operation, JSON.stringify(result)),
      headers: {
        [WIRE.status]: 'ok',
        ...(etag !== null && operation.version !== 'none' && { [WIRE.etag]: etag }),
        ...(ctx.replayed && { [WIRE.replayed]: 'true' }),
      },
    };
  }

  /** One that NATS does not take would leave the caller waiting for its deadline. */
  private fitting(operation: Operation, body: string): string {
    if (!fitsMessage(body)) throw new Error(`the answer of ${operation.id} is too large: ${body.length} characters`);
    return body;
  }

  private check(operation: Operation, result: unknown, ctx: RequestContext): void {
    const changed = this.options.silent?.(operation, ctx.requestId) ?? [];
    if (changed.length > 0) throw new Error(`${operation.id} changed ${changed.join(', ')} without an audit record`);
    if (operation.response === null) return;
    const plain = JSON.parse(JSON.stringify(result ?? null));
    const errors =
      plain === null ? [{ path: '', code: 'IS_DEFINED' }] : violations(operation.response as never, plain).errors;
    if (errors.length > 0)
      throw new Error(`${operation.id} answered what it does not declare: ${JSON.stringify(errors.slice(0, 5))}`);
  }

  private failed(operation: Operation, error: unknown): Answer {
    if (error instanceof StoredRefusal) return refusedBody(error.body, true);
    if (error instanceof Refusal) {
      if (error.cause) this.log.warn({ operation: operation.id, err: error.cause }, 'refused for trouble of our own');
      const declared =
        operation.errors.some((code) => code.code === error.code) || operation.access.kind === 'internal';
      if (declared) return refused(error);
      this.log.error(
        { operation: operation.id, code: error.code },
        'refused with a code that the operation does not declare',
      );
      return refused(new Refusal(INTERNAL_ERROR));
    }
    this.log.error({ operation: operation.id, err: error }, 'operation failed');
    return refused(new Refusal(INTERNAL_ERROR));
  }

  private respond(message: Msg, answer: Answer): void {
    const headers = natsHeaders();
    for (const [name, value] of Object.entries(answer.headers)) headers.set(name, value);
    try {
      message.respond(answer.body, { headers });
    } catch (error) {
      this.log.warn({ err: error }, 'an answer could not be sent');
    }
  }
}

const refused = (refusal: Refusal): Answer => refusedBody(refusalBody(refusal), false);

function refusedBody(body: RefusalBody, replayed: boolean): Answer {
  return {
    code: body.code,
    body: JSON.stringify(body),
    headers: { [WIRE.status]: 'refused', ...(replayed && { [WIRE.replayed]: 'true' }) },
  };
}
