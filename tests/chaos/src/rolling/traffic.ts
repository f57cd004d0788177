import { randomUUID } from 'node:crypto';
import { demoAccounts } from '@examples/demo/accounts';
import { SseClient, sleep } from '@kit/testing';
import type { Target } from '../load.js';
import type { Random } from '../random.js';

export interface Traffic {
  requests: number;
  /** By what was asked for. */
  readonly asked: Map<string, number>;
  /** No answer, or one that a stopping process is to blame for: must stay empty. */
  readonly failed: string[];
  /** Bookings that were answered 201. */
  readonly acknowledged: Set<string>;
  /** The slowest answer, in milliseconds, and what it was, with the minute and second. */
  longest: { ms: number; what: string };
  /** Ids of events that those who listen heard, each as often as it came. */
  readonly heard: Map<string, number>;
  /** Bookings whose events were heard. */
  readonly heardOf: Set<string>;
  reconnects: number;
}

const REQUEST_MS = 15_000;
const OPENS = 8;
const HOURS = 12;

/** What people do, in percent: four look for one who changes something. */
const SHARES: readonly [share: number, what: keyof typeof Caller.actions][] = [
  [25, 'search'],
  [25, 'availability'],
  [20, 'list'],
  [10, 'read'],
  [12, 'book'],
  [6, 'cancel'],
  [1, 'signIn'],
  [1, 'renew'],
];

/** Minutes, seconds, milliseconds. */
const now = () => new Date().toISOString().slice(14, 23);

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/**
 * Requests at a steady rate, whatever the answers take: a caller who waited for the last answer would not ask while the
 * service is gone. Each is sent once.
 */
export class Caller {
  readonly traffic: Traffic = {
    requests: 0,
    asked: new Map(),
    failed: [],
    acknowledged: new Set(),
    longest: { ms: 0, what: '' },
    heard: new Map(),
    heardOf: new Set(),
    reconnects: 0,
  };
  private readonly tenant;
  private readonly booker;
  private token = '';
  private refreshToken = '';
  /** Bookings to read and to cancel. */
  private readonly own: string[] = [];
  private slot = 0;

  constructor(
    private readonly url: string,
    private readonly target: Target,
    private readonly random: Random,
  ) {
    this.tenant = target.tenant;
    this.booker = { email: target.email, password: target.password };
  }

  static readonly actions = {
    search: (caller: Caller) => caller.get('/listings?q=hall&limit=10'),
    availability: (caller: Caller) => {
      const { listingId, firstDay } = caller.target;
      const to = new Date(firstDay.getTime() + 7 * 86_400_000);
      return caller.get(`/listings/${listingId}/availability?from=${firstDay.toISOString()}&to=${to.toISOString()}`);
    },
    list: (caller: Caller) => caller.get('/bookings?limit=20'),
    read: (caller: Caller) => {
      const id = caller.own.at(-1);
      return id ? caller.get(`/bookings/${id}`) : caller.get('/bookings?limit=1');
    },
    book: (caller: Caller) => caller.book(),
    cancel: (caller: Caller) => {
      const id = caller.own.shift();
      return id ? caller.post(`/bookings/${id}/cancel`, { reason: 'sykdom' }) : caller.book();
    },
    signIn: (caller: Caller) => caller.signIn(),
    renew: (caller: Caller) => caller.renew(),
  };

  async signIn(): Promise<Answer> {
    const answer = await this.send('POST', '/auth/login', this.booker, { 'x-tenant': this.tenant });
    this.take(answer);
    return answer;
  }

  /** Asks `rate` times a second until told to stop; ends when the last answer is there. */
  async run(rate: number, signal: AbortSignal): Promise<void> {
    const began = performance.now();
    const open = new Set<Promise<void>>();
    for (let n = 0; !signal.aborted; n++) {
      const wait = began + (n * 1_000) / rate - performance.now();
      if (wait > 0) await sleep(wait);
      const asked = this.ask(this.next()).finally(() => open.delete(asked));
      open.add(asked);
    }
    await Promise.all(open);
  }

  /**
   * Listens as somebody who may see all bookings, and comes back where it was when the connection ends. `ready` is called
   * when nothing can be missed any more.
   */
  async listen(signal: AbortSignal, ready: () => void): Promise<void> {
    const handler = demoAccounts[0]?.users.find((user) => user.roles.includes('tenant_admin'));
    const login = { email: handler?.email, password: handler?.password };
    const signIn = () => this.send('POST', '/auth/login', login, { 'x-tenant': this.tenant });
    let lastId: string | null = null;
    while (!signal.aborted) {
      const { status, body } = await signIn();
      if (status !== 200) this.traffic.failed.push(`signing in to listen: ${status} ${JSON.stringify(body)}`);
      const client = await SseClient.open(`${this.url}/api/v1/events?types=digilist.booking`, {
        authorization: `Bearer ${body.accessToken}`,
        ...(lastId !== null && { 'last-event-id': lastId }),
      });
      if (client.status !== 200) {
        this.traffic.failed.push(`listening: ${client.status}`);
        continue;
      }
      while (!client.ended && !signal.aborted) {
        if (client.named('ready').length > 0) ready();
        await sleep(100);
      }
      if (signal.aborted) await this.settled(client);
      client.close();
      lastId = client.lastId ?? lastId;
      this.traffic.reconnects++;
      for (const { id, subject } of client.events) {
        this.traffic.heard.set(id, (this.traffic.heard.get(id) ?? 0) + 1);
        this.traffic.heardOf.add(subject);
      }
    }
  }

  /** What was promised before the end is still told. */
  private async settled(client: SseClient): Promise<void> {
    const until = Date.now() + 10_000;
    const missing = () => {
      const told = new Set([...this.traffic.heardOf, ...client.events.map(({ subject }) => subject)]);
      return [...this.traffic.acknowledged].some((id) => !told.has(id));
    };
    while (missing() && Date.now() < until && !client.ended) await sleep(50);
  }

  private next(): keyof typeof Caller.actions {
    let left = this.random.between(0, 100);
    for (const [share, what] of SHARES) {
      left -= share;
      if (left < 0) return what;
    }
    return 'search';
  }

  private async ask(what: keyof typeof Caller.actions): Promise<void> {
    this.traffic.requests++;
    this.traffic.asked.set(what, (this.traffic.asked.get(what) ?? 0) + 1);
    const began = performance.now();
    try {
      const answer = await Caller.actions[what](this);
      if (answer.status >= 500 || answer.status === 401 || answer.status === 429)
        this.fail(what, began, `${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`);
    } catch (error) {
      this.fail(what, began, `${(error as Error).message} ${((error as Error).cause as Error)?.message ?? ''}`);
    }
    const ms = Math.round(performance.now() - began);
    if (ms > this.traffic.longest.ms) this.traffic.longest = { ms, what: `${what} until ${now()}` };
  }

  private fail(what: string, began: number, how: string): void {
    const after = Math.round(performance.now() - began);
    this.traffic.failed.push(`${now()} after ${after} ms ${what}: ${how}`);
  }

  /** Each time another place and time, so that none is taken. */
  private async book(): Promise<Answer> {
    const { listingId, termsVersion, zoneIds, firstDay, days } = this.target;
    const slot = this.slot++;
    const startsAt = new Date(firstDay.getTime() + (Math.floor(slot / HOURS) % days) * 86_400_000);
    startsAt.setUTCHours(OPENS + (slot % HOURS), 0, 0, 0);
    const endsAt = new Date(startsAt.getTime() + 3_600_000);
    const body = {
      listingId,
      zoneId: zoneIds[Math.floor(slot / (HOURS * days)) % zoneIds.length],
      startsAt: startsAt.toISOString(),
      endsAt: endsAt.toISOString(),
      termsVersion,
    };
    const answer = await this.post('/bookings', body);
    if (answer.status === 201) {
      this.traffic.acknowledged.add(String(answer.body.id));
      this.own.push(String(answer.body.id));
    }
    return answer;
  }

  private async renew(): Promise<Answer> {
    const refreshToken = this.refreshToken;
    if (!refreshToken) return this.signIn();
    this.refreshToken = '';
    const answer = await this.send('POST', '/auth/refresh', { refreshToken }, {});
    this.take(answer);
    return answer;
  }

  private take({ status, body }: Answer): void {
    if (status !== 200) return;
    this.token = String(body.accessToken);
    this.refreshToken = String(body.refreshToken);
  }

  private get(path: string): Promise<Answer> {
    return this.send('GET', path, undefined, { authorization: `Bearer ${this.token}` });
  }

  private post(path: string, body: unknown): Promise<Answer> {
    return this.send('POST', path, body, { authorization: `Bearer ${this.token}`, 'idempotency-key': randomUUID() });
  }

  private async send(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Answer> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    const text = await response.text();
    const json = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, body: json ? JSON.parse(text) : { text } };
  }
}
