import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as OTLP/JSON has it, with the service it came from. */
export interface ReceivedSpan {
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: 'INTERNAL' | 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER';
  attributes: Record<string, unknown>;
  failed: boolean;
}

export interface Collector {
  readonly url: string;
  readonly spans: ReceivedSpan[];
  /** Everything that was sent, as text. */
  readonly received: string[];
  /** What it answers; it keeps only what it has answered with 200. */
  status: number;
  stop(): Promise<void>;
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}

interface Exported {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: {
      spans: (Omit<ReceivedSpan, 'service' | 'kind' | 'attributes' | 'failed'> & {
        kind: number;
        attributes?: Attribute[];
        status?: { code?: number };
      })[];
    }[];
  }[];
}

const KINDS = ['INTERNAL', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;
const FAILED = 2;

const valuesOf = (attributes: Attribute[] = []) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

/** Receives spans by OTLP over HTTP, in JSON, as the OpenTelemetry Collector would. */
export async function startCollector(): Promise<Collector> {
  const spans: ReceivedSpan[] = [];
  const received: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      if (collector.status === 200) {
        received.push(body);
        spans.push(...spansIn(JSON.parse(body) as Exported));
      }
      response.writeHead(collector.status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  const collector: Collector = { url: `http://127.0.0.1:${port}`, spans, received, status: 200, stop };
  return collector;
}

function spansIn({ resourceSpans }: Exported): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(valuesOf(resource.attributes)['service.name']);
    return scopeSpans.flatMap((scope) =>
      scope.spans.map(({ traceId, spanId, parentSpanId, name, kind, attributes, status }) => ({
        service,
        traceId,
        spanId,
        parentSpanId: parentSpanId ?? '',
        name,
        kind: KINDS[kind] ?? 'INTERNAL',
        attributes: valuesOf(attributes),
        failed: status?.code === FAILED,
      })),
    );
  });
}
