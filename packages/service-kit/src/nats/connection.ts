import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Secret } from '../config/config.js';
import type { Logger } from '../logging/logger.js';
import { Requests } from './requests.js';

export interface NatsOptions {
  urls: string[];
  user: string;
  password: Secret;
  name: string;
}

/** The process's one connection to NATS: it never gives up, and says whether it is up right now. */
export class Nats {
  private up = true;

  private constructor(
    readonly connection: NatsConnection,
    private readonly logger: Logger,
    /** How to ask for an answer. */
    readonly requests: Requests,
  ) {}

  static async open({ urls, user, password, name }: NatsOptions, logger: Logger): Promise<Nats> {
    // Subjects of an account's inboxes are per user, so that one user cannot read another's replies.
    const inboxPrefix = `_INBOX_${user}`;
    const connection = await connect({
      servers: urls,
      user,
      pass: password.reveal(),
      name,
      inboxPrefix,
      maxReconnectAttempts: -1,
      // Also a server that is just being given its users may not make us give up.
      ignoreAuthErrorAbort: true,
      reconnectTimeWait: 250,
      reconnectJitter: 100,
      pingInterval: 5_000,
      maxPingOut: 2,
      timeout: 5_000,
      // A stack trace per request, made in case it fails, costs more than sending it.
      noAsyncTraces: true,
      waitOnFirstConnect: true,
    });
    const nats = new Nats(connection, logger, new Requests(connection, inboxPrefix));
    void nats.watch();
    return nats;
  }

  get connected(): boolean {
    return this.up && !this.connection.isClosed();
  }

  async close(): Promise<void> {
    if (!this.connection.isClosed()) await this.connection.drain().catch(() => this.connection.close());
  }

  private async watch(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'disconnect' || status.type === 'staleConnection') this.change(false);
      else if (status.type === 'reconnect') this.change(true);
    }
    this.up = false;
  }

  private change(up: boolean): void {
    if (this.up === up) return;
    this.up = up;
    if (up) this.logger.info('connected to NATS again');
    else this.logger.warn('lost the connection to NATS, reconnecting');
  }
}
