import { Refusal } from '@kit/contracts';
import {
  type Attributes,
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { remoteSpanOf, traceparentOf } from './trace-context.js';

export { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api';

/** No span and no object for one is made in a process that exports none (`startTracing`). */
let recording = false;
export const recordSpans = (on: boolean): void => {
  recording = on;
};

const tracer = () => trace.getTracer('@kit/service');

type Kind = keyof typeof SpanKind;

/** Begins a span that its caller ends; null where none are recorded. It continues `traceparent`, or begins a trace. */
export function openSpan(
  name: string,
  kind: Kind,
  traceparent: string | null | undefined,
  attributes: Attributes,
): Span | null {
  return recording ? open(name, kind, parentOf(traceparent), attributes) : null;
}

/** Runs `work` inside a span that continues `traceparent`; `work` is told what to pass on to others. */
export function spanned<T>(
  name: string,
  kind: Kind,
  traceparent: string,
  attributes: Attributes,
  work: (traceparent: string) => Promise<T>,
): Promise<T> {
  if (!recording) return work(traceparent);
  return inside(open(name, kind, parentOf(traceparent), attributes), work);
}

/** Runs `work` as a trace of its own: what a clock has caused. */
export function asTrace<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  return recording ? inside(open(name, 'INTERNAL', ROOT_CONTEXT, attributes), work) : work();
}

/** Runs `work` as a part of what is being recorded here and now; what belongs to no trace is not recorded. */
export function partOfTrace<T>(name: string, kind: Kind, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  if (!recording || !trace.getActiveSpan()?.isRecording()) return work();
  return inside(open(name, kind, context.active(), attributes), work);
}

/** Begins `work` outside of whatever is being recorded. */
export const outsideTraces = <T>(work: () => T): T => (recording ? context.with(ROOT_CONTEXT, work) : work());

/** A statement by its name: its text and its values stay where they are. */
export const statementSpan = <T>(name: string, ask: () => Promise<T>): Promise<T> =>
  recording ? partOfTrace(name, 'CLIENT', { 'db.system.name': 'postgresql', 'db.query.summary': name }, ask) : ask();

/** Runs `work` in a span that was opened, and leaves it open. */
const within = <T>(span: Span | null, work: () => T): T =>
  span === null ? work() : context.with(trace.setSpan(context.active(), span), work);

/**
 * Says that a span has failed, and as what. Never the message of the error: drivers repeat in it what people have written.
 * What is refused is answered as it should be, so that it is no failure, but one can look for its code.
 */
export function fail(span: Span, error: unknown): void {
  const { code } = (error ?? {}) as { code?: unknown };
  span.setAttribute('error.type', typeof code === 'string' ? code : ((error as Error)?.constructor?.name ?? 'unknown'));
  if (!(error instanceof Refusal) || error.kind === 'unavailable' || error.kind === 'internal')
    span.setStatus({ code: SpanStatusCode.ERROR });
}

const open = (name: string, kind: Kind, parent: Context, attributes: Attributes): Span =>
  tracer().startSpan(name, { kind: SpanKind[kind], attributes }, parent);

function parentOf(traceparent: string | null | undefined): Context {
  const remote = remoteSpanOf(traceparent);
  return remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
}

async function inside<T>(span: Span, work: (traceparent: string) => Promise<T>): Promise<T> {
  try {
    return await within(span, () => work(traceparentOf(span.spanContext())));
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    span.end();
  }
}
