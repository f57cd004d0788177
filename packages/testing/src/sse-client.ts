import { eventually } from './eventually.js';

export interface Heard {
  readonly event: string;
  readonly id: string | null;
  readonly data: unknown;
}

/** An event as it is told. */
export interface HeardEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly data: Record<string, unknown>;
}

/** Reads server-sent events as a browser does, for specs. */
export class SseClient {
  readonly heard: Heard[] = [];
  lastId: string | null = null;
  ended = false;

  private constructor(
    readonly status: number,
    readonly headers: Headers,
    private readonly abort: AbortController,
  ) {}

  static async open(url: string, headers: Record<string, string> = {}): Promise<SseClient> {
    const abort = new AbortController();
    const response = await fetch(url, { headers: { accept: 'text/event-stream', ...headers }, signal: abort.signal });
    const client = new SseClient(response.status, response.headers, abort);
    if (response.status === 200) void client.read(response.body as ReadableStream<Uint8Array>);
    else await response.body?.cancel();
    return client;
  }

  /** Opens, and waits until nothing can be missed any more. */
  static async ready(url: string, headers: Record<string, string> = {}): Promise<SseClient> {
    const client = await SseClient.open(url, headers);
    await eventually(() => {
      if (!client.heard.some(({ event }) => event === 'ready')) throw new Error(`not ready: ${client.status}`);
    });
    return client;
  }

  /** What was told, without the words of the connection itself. */
  get events(): HeardEvent[] {
    return this.named('message').map(({ data }) => data as HeardEvent);
  }

  get types(): string[] {
    return this.events.map(({ type }) => type);
  }

  named(event: string): Heard[] {
    return this.heard.filter((one) => one.event === event);
  }

  close(): void {
    this.abort.abort();
  }

  private async read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for await (const chunk of body) {
        const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) this.take(block);
      }
    } catch {
      // closed from here
    }
    this.ended = true;
  }

  private take(block: string): void {
    const fields = new Map(block.split('\n').map((line) => [line.split(':')[0], line.replace(/^[^:]*: ?/, '')]));
    this.lastId = fields.get('id') ?? this.lastId;
    const data = fields.get('data');
    if (data === undefined) return;
    this.heard.push({ event: fields.get('event') ?? 'message', id: fields.get('id') ?? null, data: JSON.parse(data) });
  }
}
