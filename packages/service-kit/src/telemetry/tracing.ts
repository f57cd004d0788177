import type { SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { Logger } from '../logging/logger.js';
import { recordSpans } from './spans.js';

/** A collector that does not answer must not hold up a stop. */
const FLUSH_MS = 2_000;

export interface TracingConfig {
  /** Base URL of the collector; empty: nothing is recorded. */
  readonly otlpEndpoint: string;
  readonly otlpTracesEndpoint: string;
  readonly otelDisabled: boolean;
  readonly otelServiceName: string;
}

export interface Tracing {
  /** Sends what is waiting. */
  stop(): Promise<void>;
}

/**
 * Exports spans by OTLP over HTTP, where the environment says so. Everything but whether and as whom is read by the SDK
 * itself from OpenTelemetry's own variables: sampler, headers, timeouts, sizes of batches, attributes of the resource.
 */
export async function startTracing(service: string, config: TracingConfig, logger: Logger): Promise<Tracing | null> {
  if (config.otelDisabled || (config.otlpEndpoint === '' && config.otlpTracesEndpoint === '')) return null;
  // Loaded only here: the SDK takes 20 megabytes and a quarter of a second.
  const [{ BatchSpanProcessor, NodeTracerProvider }, { OTLPTraceExporter }, resources] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = resources;
  const resource = defaultResource()
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes({ 'service.name': config.otelServiceName || service }));
  const exporter = telling(new OTLPTraceExporter(), logger);
  const provider = new NodeTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter)] });
  // Trace contexts are read and written by the kit, in NATS headers and rows of the outbox.
  provider.register({ propagator: null });
  recordSpans(true);
  logger.info({ endpoint: config.otlpTracesEndpoint || config.otlpEndpoint }, 'traces are exported');
  return {
    stop: async () => {
      recordSpans(false);
      const flushed = provider.shutdown().catch(() => undefined);
      await Promise.race([flushed, new Promise((resolve) => setTimeout(resolve, FLUSH_MS).unref())]);
    },
  };
}

/** Says it once when exporting begins to fail and once when that is over, not for every batch. */
function telling(exporter: SpanExporter, logger: Logger): SpanExporter {
  let failing = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error && !failing) logger.warn({ err: result.error }, 'traces cannot be exported; spans are lost');
        if (!result.error && failing) logger.info('traces are exported again');
        failing = result.error !== undefined;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}
