import type { ServerResponse } from 'node:http';

/** How much may wait for a listener before nothing more is read for them, … */
const HIGH_WATER_BYTES = 262_144;
/** … and for how long, until they are dropped: they come back, and go on where they were. */
const PATIENCE_MS = 10_000;

export interface Message {
  /** Name that a page listens for; without one it is `message`. */
  readonly event?: string;
  readonly id?: string;
  readonly data?: unknown;
}

/** One answer of server-sent events. */
export class ServerSentEvents {
  private readonly whenClosed: (() => void)[] = [];
  closed: boolean;

  constructor(private readonly raw: ServerResponse) {
    // Who went away while the services were asked is told by no event any more.
    this.closed = raw.destroyed;
    raw.once('close', () => {
      this.closed = true;
      for (const callback of this.whenClosed.splice(0)) callback();
    });
  }

  begin(headers: Record<string, string>, retryMs: number): void {
    this.raw.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // A proxy that collects what it passes on would keep events back.
      'x-accel-buffering': 'no',
    });
    this.write(`retry: ${retryMs}\n\n`);
  }

  onClose(callback: () => void): void {
    if (this.closed) callback();
    else this.whenClosed.push(callback);
  }

  send({ event, id, data }: Message): void {
    const lines = [
      event !== undefined && `event: ${event}\n`,
      id !== undefined && `id: ${id}\n`,
      // JSON has no line breaks of its own.
      data !== undefined && `data: ${JSON.stringify(data)}\n`,
    ];
    this.write(`${lines.filter(Boolean).join('')}\n`);
  }

  /** Keeps proxies from closing what looks idle; with the place, so that nobody has to read far when they come back. */
  beat(id: string): void {
    this.write(id === '' ? ': beat\n\n' : `: beat\nid: ${id}\n\n`);
  }

  /** Resolves when the listener can take more; one who cannot for long is dropped. */
  async room(): Promise<void> {
    if (this.closed || this.raw.writableLength < HIGH_WATER_BYTES) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.raw.destroy(), PATIENCE_MS);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      this.raw.once('drain', done);
      this.onClose(done);
    });
  }

  end(reason: string, retryMs?: number): void {
    if (this.closed) return;
    if (retryMs !== undefined) this.write(`retry: ${retryMs}\n`);
    this.send({ event: 'end', data: { reason } });
    this.raw.end();
    // Whoever does not read even this is not waited for.
    setTimeout(() => this.raw.destroy(), 1_000).unref();
  }

  private write(text: string): void {
    if (!this.closed && !this.raw.writableEnded) this.raw.write(text);
  }
}
