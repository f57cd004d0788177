import { connect, type NatsConnection } from '@nats-io/transport-node';

/** User of the account that the operator of the system has made for the subscriber. */
export interface Account {
  /** One server, or several of a cluster with commas between. */
  servers: string;
  user: string;
  password: string;
}

/** A connection that never gives up. */
export const connectAs = ({ servers, user, password }: Account): Promise<NatsConnection> =>
  connect({
    servers: servers.split(','),
    user,
    pass: password,
    name: user,
    // A user may read the inbox that bears its name, and no other.
    inboxPrefix: `_INBOX_${user}`,
    maxReconnectAttempts: -1,
    waitOnFirstConnect: true,
  });
