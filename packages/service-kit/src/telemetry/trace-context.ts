import { randomBytes } from 'node:crypto';
import {
  type Attributes,
  context,
  isSpanContextValid,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const tracer = trace.getTracer('@kit/service');

export const newTraceparent = (): string =>
  `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;

/** The caller's trace context, or a new one when it sent none that W3C Trace Context would accept. */
export const traceparentOr = (received: string | undefined): string =>
  received && TRACEPARENT.test(received) && !/^00-0{32}|-0{16}-/.test(received) ? received : newTraceparent();

export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35);

/**
 * Runs `work` inside a span that continues `traceparent`. Without an OpenTelemetry SDK in the process this costs next
 * to nothing and passes the trace context on as it came.
 */
export async function spanned<T>(
  name: string,
  kind: keyof typeof SpanKind,
  traceparent: string,
  attributes: Attributes,
  work: (traceparent: string) => Promise<T>,
): Promise<T> {
  const [, traceId = '', spanId = '', flags = '00'] = TRACEPARENT.exec(traceparent) ?? [];
  const parent = trace.setSpanContext(context.active(), {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
  });
  const span = tracer.startSpan(name, { kind: SpanKind[kind], attributes }, parent);
  if (!span.isRecording()) return work(traceparent);
  const own = span.spanContext();
  const mine = isSpanContextValid(own) ? `00-${own.traceId}-${own.spanId}-01` : traceparent;
  try {
    return await context.with(trace.setSpan(parent, span), () => work(mine));
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
    throw error;
  } finally {
    span.end();
  }
}
