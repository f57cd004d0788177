import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with a request: before anything was done, or after all of it was. */
export type Fault =
  | 'timeout before'
  | 'timeout after'
  | 'reset after'
  | 'error before'
  | 'error after'
  | 'busy'
  | 'nonsense'
  | { readonly delayMs: number };

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly body: object | string;
}

/** An event on its way to whoever registered for it. */
export interface Event {
  readonly headers: () => Record<string, string>;
  readonly body: string;
}

/** A payment provider on this machine: real HTTP, faults on demand, webhooks in any order and number. */
export abstract class ProviderServer {
  readonly asked: Asked[] = [];
  /** Whether events are sent as they happen, each until it is taken, as providers do. */
  sendsEvents = false;
  protected webhookUrl: string | null = null;
  private readonly server: Server;
  private readonly faults: { action: string; fault: Fault }[] = [];
  private readonly waiting: Event[] = [];
  private readonly sending = new Set<Promise<unknown>>();
  private closed = false;

  protected constructor(private readonly errorBody: object) {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error) => response.destroy(error));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await Promise.all(this.sending);
  }

  /** The next request of this kind (checkout, read, capture, cancel, refund, token) goes wrong. */
  failNext(action: string, fault: Fault): void {
    this.faults.push({ action, fault });
  }

  /** Sends what has happened since, in the order that `arrange` gives it. Answers the statuses. */
  async deliver(arrange: (events: Event[]) => Event[] = (events) => events): Promise<number[]> {
    const statuses: number[] = [];
    for (const event of arrange(this.waiting.splice(0))) statuses.push(await this.send(event));
    return statuses;
  }

  /** Takes the events that wait, unsent. */
  takeEvents(): Event[] {
    return this.waiting.splice(0);
  }

  /** 0: nobody answered. */
  async send({ headers, body }: Event): Promise<number> {
    if (this.webhookUrl === null) return 0;
    try {
      const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers() }, body };
      const response = await fetch(this.webhookUrl, init);
      await response.body?.cancel();
      return response.status;
    } catch {
      return 0;
    }
  }

  protected happened(event: Event): void {
    if (!this.sendsEvents) {
      this.waiting.push(event);
      return;
    }
    const sending: Promise<void> = this.sendUntilTaken(event).finally(() => this.sending.delete(sending));
    this.sending.add(sending);
  }

  protected abstract actionOf(asked: Asked): string;
  protected abstract answer(asked: Asked, action: string): Answer;

  private async sendUntilTaken(event: Event): Promise<void> {
    for (let wait = 20; !this.closed; wait *= 2) {
      const status = await this.send(event);
      if (status >= 200 && status < 300) return;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const { method = 'GET', headers } = request;
    const asked = { method, path: pathname, query: searchParams, headers, body: Buffer.concat(chunks).toString() };
    this.asked.push(asked);
    const action = this.actionOf(asked);
    const fault = this.faultFor(action);
    if (fault === 'timeout before') return;
    if (fault === 'error before') return this.reply(response, { status: 500, body: this.errorBody });
    if (fault === 'busy') return this.reply(response, { status: 429, body: this.errorBody });
    const answer = this.answer(asked, action);
    if (fault === 'timeout after') return;
    if (fault === 'reset after') return void request.socket.resetAndDestroy();
    if (fault === 'error after') return this.reply(response, { status: 502, body: '<h1>Bad Gateway</h1>' });
    if (fault === 'nonsense') return this.reply(response, { status: 200, body: '{"half":' });
    if (fault) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    this.reply(response, answer);
  }

  private faultFor(action: string): Fault | undefined {
    const at = this.faults.findIndex((planned) => planned.action === action);
    return at < 0 ? undefined : this.faults.splice(at, 1)[0]?.fault;
  }

  private reply(response: ServerResponse, { status, body }: Answer): void {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const type = typeof body === 'string' ? 'text/html' : 'application/json';
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text);
  }
}

/** What was answered under a key, and to what. */
export class AnsweredKeys {
  private readonly known = new Map<string, { request: string; answer: Answer }>();

  /** `conflict` when the key was used for another request. */
  once(key: string, request: string, conflict: Answer, work: () => Answer): Answer {
    const before = this.known.get(key);
    if (before) return before.request === request ? before.answer : conflict;
    const answer = work();
    this.known.set(key, { request, answer });
    return answer;
  }
}
