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
  /** The nodes of the cluster that clients may connect to, as the server last said. */
  private nodes: readonly string[];

  private constructor(
    readonly connection: NatsConnection,
    private readonly logger: Logger,
    /** How to ask for an answer. */
    readonly requests: Requests,
  ) {
    this.nodes = connection.info?.connect_urls ?? [];
  }

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
      // A node that hangs is left after four to six seconds; one that dies says so itself.
      pingInterval: 2_000,
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
      else if (status.type === 'update') this.compareNodes();
    }
    this.up = false;
  }

  private compareNodes(): void {
    const before = this.nodes;
    this.nodes = this.connection.info?.connect_urls ?? [];
    if (before.some((node) => !this.nodes.includes(node))) this.requests.nodeGone();
  }

  private change(up: boolean): void {
    if (this.up === up) return;
    this.up = up;
    if (up) this.requests.back();
    else this.requests.lost();
    if (up) this.logger.info('connected to NATS again');
    else this.logger.warn('lost the connection to NATS, reconnecting');
  }
}
