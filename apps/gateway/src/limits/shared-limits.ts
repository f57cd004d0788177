import { randomUUID } from 'node:crypto';
import type { Logger, Nats } from '@kit/service/edge';
import type { Msg, Subscription } from '@nats-io/transport-node';
import type { Allowance, SlidingWindow } from './sliding-window.js';

/** Only gateways may speak and hear here: the subject lives in their own account. */
export const LIMITS_SUBJECT = 'gateway.limits';
const EXCHANGE_EVERY_MS = 100;
/** Keys per message, well below max_payload. */
const CHUNK = 5_000;

interface Told {
  from: string;
  window: number;
  counts: [string, number][];
  /** The sender has just started and knows nothing. */
  hello?: true;
}

/**
 * One sliding window shared by all gateways without a store. Instances tell each other what they counted every 100 ms,
 * so together they may let through at most what arrives within about that time beyond a limit. Alone (NATS away), each
 * instance keeps its own count.
 */
export class SharedLimits {
  private readonly instance = randomUUID();
  private subscription: Subscription | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly nats: Nats,
    private readonly window: SlidingWindow,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.subscription = this.nats.connection.subscribe(LIMITS_SUBJECT, {
      callback: (error, message) => {
        if (error) this.log.warn({ err: error }, 'rate limits are not shared');
        else this.hear(message);
      },
    });
    this.publish({ from: this.instance, window: 0, counts: [], hello: true });
    this.timer = setInterval(() => this.tell(), EXCHANGE_EVERY_MS);
    this.timer.unref();
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.tell();
    this.subscription?.unsubscribe();
  }

  take(key: string, limit: number): Allowance {
    return this.window.take(key, limit, Date.now());
  }

  private tell(): void {
    // What was counted while NATS is away is told when it is back.
    if (!this.nats.connected) return;
    const { window, counts } = this.window.drain(Date.now());
    for (let at = 0; at < counts.length; at += CHUNK) {
      this.publish({ from: this.instance, window, counts: counts.slice(at, at + CHUNK) });
    }
  }

  private hear(message: Msg): void {
    const told = message.json<Told>();
    if (told.from === this.instance) return;
    if (told.hello) this.window.tellAll();
    this.window.hear(told.from, told.window, told.counts, Date.now());
  }

  private publish(told: Told): void {
    if (this.nats.connected) this.nats.connection.publish(LIMITS_SUBJECT, JSON.stringify(told));
  }
}
