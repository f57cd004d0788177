import {
  ConnectionError,
  createInbox,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  NoRespondersError,
  TimeoutError,
} from '@nats-io/transport-node';

/**
 * Another node of a cluster takes over within milliseconds; for so long a request waits for the connection to be back.
 * One that stays away longer is told of at once, so that nothing piles up.
 */
const BRIEFLY_MS = 2_000;
/** Subscriptions of a service that moves to another node, or restarts beside a sibling, are back by then. */
const NOBODY_THERE_MS = 1_000;
const NOBODY_THERE_PAUSE_MS = 50;

interface Waiting {
  readonly subject: string;
  readonly body: string | Uint8Array;
  readonly headers: MsgHdrs;
  /** Asking twice does no more than asking once. */
  readonly repeatable: boolean;
  /** So long it is asked again while nobody is there, in ms of the clock. */
  readonly asksUntil: number;
  readonly resolve: (message: Msg) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
  sent: boolean;
}

/**
 * Requests over one inbox of this process. The client library's own `request` makes several promises and an error with
 * its stack per call, answered or not; on the way of every HTTP request that is a good part of what can be saved.
 *
 * A node of the cluster that dies takes questions and answers with it, and nobody says which. What may be asked twice
 * is then asked again, and the first answer counts; what may not waits for its answer until its deadline.
 */
export class Requests {
  private readonly waiting = new Map<string, Waiting>();
  private readonly inbox: string;
  private asked = 0;
  /** Whoever asks while the connection is lost waits for it; once it is given up, nobody does until it is back. */
  private state: 'connected' | 'lost' | 'given up' = 'connected';
  private patience: NodeJS.Timeout | undefined;

  constructor(
    private readonly connection: NatsConnection,
    inboxPrefix: string,
  ) {
    this.inbox = `${createInbox(inboxPrefix)}.`;
    connection.subscribe(`${this.inbox}*`, { callback: (error, message) => this.receive(error, message) });
  }

  /** @throws TimeoutError, NoRespondersError, ConnectionError, or what publishing throws */
  send(
    subject: string,
    body: string | Uint8Array,
    headers: MsgHdrs,
    { timeout, repeatable = false }: { timeout: number; repeatable?: boolean },
  ): Promise<Msg> {
    if (this.state === 'given up') return Promise.reject(away());
    return new Promise((resolve, reject) => {
      const token = (this.asked++).toString(36);
      // After a stall of this process the answer may lie in the socket already: it is read first.
      const timer = setTimeout(() => setImmediate(() => this.outOfTime(token)), timeout);
      const asksUntil = Date.now() + Math.min(timeout, NOBODY_THERE_MS);
      const question = { subject, body, headers, repeatable, asksUntil, resolve, reject, timer, sent: false };
      this.waiting.set(token, question);
      if (this.state === 'connected') this.publish(token, question);
    });
  }

  /** A question that nobody has got is told from one that nobody has answered. */
  private outOfTime(token: string): void {
    const question = this.settle(token);
    question?.reject(question.sent ? new TimeoutError() : new NoRespondersError(question.subject));
  }

  /** The connection is lost. */
  lost(): void {
    if (this.state !== 'connected') return;
    this.state = 'lost';
    this.patience = setTimeout(() => {
      this.state = 'given up';
      for (const token of [...this.waiting.keys()]) this.settle(token)?.reject(away());
    }, BRIEFLY_MS).unref();
  }

  /** The connection is back, perhaps to another node. */
  back(): void {
    clearTimeout(this.patience);
    this.state = 'connected';
    for (const [token, question] of [...this.waiting])
      if (!question.sent || question.repeatable) this.publish(token, question);
  }

  /** Another node of the cluster is gone, with whatever was on its way through it. */
  nodeGone(): void {
    if (this.state === 'connected') this.back();
  }

  private publish(token: string, question: Waiting): void {
    try {
      this.connection.publish(question.subject, question.body, {
        reply: this.inbox + token,
        headers: question.headers,
      });
      question.sent = true;
    } catch (error) {
      this.settle(token)?.reject(error as Error);
    }
  }

  private receive(error: Error | null, message: Msg): void {
    if (error) {
      for (const token of [...this.waiting.keys()]) this.settle(token)?.reject(error);
      return;
    }
    const token = message.subject.slice(this.inbox.length);
    if (message.data.length === 0 && message.headers?.code === 503) this.nobodyThere(token);
    else this.settle(token)?.resolve(message);
  }

  /** Nobody got the question, so it may be asked again whatever it is. */
  private nobodyThere(token: string): void {
    const question = this.waiting.get(token);
    if (!question) return;
    // The last try has as long for its answer as the pause before it: its end is not taken for silence.
    if (Date.now() + 2 * NOBODY_THERE_PAUSE_MS > question.asksUntil) {
      this.settle(token)?.reject(new NoRespondersError(question.subject));
      return;
    }
    question.sent = false;
    setTimeout(() => {
      if (this.state === 'connected' && this.waiting.has(token)) this.publish(token, question);
    }, NOBODY_THERE_PAUSE_MS);
  }

  private settle(token: string): Waiting | undefined {
    const waiting = this.waiting.get(token);
    if (waiting) {
      clearTimeout(waiting.timer);
      this.waiting.delete(token);
    }
    return waiting;
  }
}

const away = (): Error => new ConnectionError('the connection to NATS is lost');
