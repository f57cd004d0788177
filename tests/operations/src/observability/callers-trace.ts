import { randomBytes } from 'node:crypto';
import type { Collector, ReceivedSpan } from './collector.js';

/** A trace that a caller has begun. */
export class CallersTrace {
  readonly id = randomBytes(16).toString('hex');
  readonly callersSpan = randomBytes(8).toString('hex');

  constructor(
    private readonly collector: Collector,
    private readonly flags = '01',
  ) {}

  get headers() {
    return { traceparent: `00-${this.id}-${this.callersSpan}-${this.flags}` };
  }

  get spans(): ReceivedSpan[] {
    return this.collector.spans.filter((span) => span.traceId === this.id);
  }

  /** The one span that is as described. */
  span(service: string, kind: ReceivedSpan['kind'], name: string | RegExp, parent?: ReceivedSpan): ReceivedSpan {
    const found = this.spans.filter(
      (span) =>
        span.service === service &&
        span.kind === kind &&
        (typeof name === 'string' ? span.name === name : name.test(span.name)) &&
        (parent === undefined || span.parentSpanId === parent.spanId),
    );
    if (found.length === 1) return found[0] as ReceivedSpan;
    const tree = this.spans.map(
      (one) => `${one.spanId} under ${one.parentSpanId} ${one.service} ${one.kind} ${one.name}`,
    );
    throw new Error(`${found.length} spans are ${service} ${kind} ${name} of ${parent?.name}:\n${tree.join('\n')}`);
  }

  under({ spanId }: ReceivedSpan): string[] {
    return this.spans.filter((span) => span.parentSpanId === spanId).map(({ name }) => name);
  }
}
