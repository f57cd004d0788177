import {
  createInbox,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  NoRespondersError,
  TimeoutError,
} from '@nats-io/transport-node';

interface Waiting {
  readonly subject: string;
  readonly resolve: (message: Msg) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Requests over one inbox of this process. The client library's own `request` makes several promises and an error with
 * its stack per call, answered or not; on the way of every HTTP request that is a good part of what can be saved.
 */
export class Requests {
  private readonly waiting = new Map<string, Waiting>();
  private readonly inbox: string;
  private sent = 0;

  constructor(
    private readonly connection: NatsConnection,
    inboxPrefix: string,
  ) {
    this.inbox = `${createInbox(inboxPrefix)}.`;
    connection.subscribe(`${this.inbox}*`, { callback: (error, message) => this.receive(error, message) });
  }

  /** @throws TimeoutError, NoRespondersError, or what publishing throws */
  send(subject: string, body: string | Uint8Array, headers: MsgHdrs, timeout: number): Promise<Msg> {
    return new Promise((resolve, reject) => {
      const token = (this.sent++).toString(36);
      const timer = setTimeout(() => this.settle(token)?.reject(new TimeoutError()), timeout);
      this.waiting.set(token, { subject, resolve, reject, timer });
      try {
        this.connection.publish(subject, body, { reply: this.inbox + token, headers });
      } catch (error) {
        this.settle(token)?.reject(error as Error);
      }
    });
  }

  private receive(error: Error | null, message: Msg): void {
    if (error) {
      for (const token of [...this.waiting.keys()]) this.settle(token)?.reject(error);
      return;
    }
    const waiting = this.settle(message.subject.slice(this.inbox.length));
    if (message.data.length === 0 && message.headers?.code === 503)
      waiting?.reject(new NoRespondersError(waiting.subject));
    else waiting?.resolve(message);
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
