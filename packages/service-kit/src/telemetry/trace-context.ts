import { randomBytes } from 'node:crypto';
import { isSpanContextValid, type SpanContext, TraceFlags, trace } from '@opentelemetry/api';

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Trace context of work that no request has caused: of the span it runs in, where spans are recorded, else a new one. */
export function newTraceparent(): string {
  const active = trace.getActiveSpan()?.spanContext();
  if (active && isSpanContextValid(active)) return traceparentOf(active);
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}

/** The caller's trace context, or a new one when it sent none that W3C Trace Context would accept. */
export const traceparentOr = (received: string | undefined): string =>
  received && TRACEPARENT.test(received) ? received : newTraceparent();

export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35);

export const traceparentOf = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags & TraceFlags.SAMPLED ? '01' : '00'}`;

/** The span that a trace context names, somewhere else; null when it names none. */
export function remoteSpanOf(traceparent: string | null | undefined): SpanContext | null {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (!traceId || !spanId) return null;
  return { traceId, spanId, traceFlags: Number.parseInt(flags as string, 16) & TraceFlags.SAMPLED, isRemote: true };
}
