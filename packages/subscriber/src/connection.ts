import { connect, type NatsConnection } from '@nats-io/transport-node';

/** User of the account that the operator of the system has made for the subscriber. */
export interface Account {
  servers: string;
  user: string;
  password: string;
}

/** A connection that never gives up. */
export const connectAs = ({ servers, user, password }: Account): Promise<NatsConnection> =>
  connect({
    servers,
    user,
    pass: password,
    name: user,
    // A user may read the inbox that bears its name, and no other.
    inboxPrefix: `_INBOX_${user}`,
    maxReconnectAttempts: -1,
    waitOnFirstConnect: true,
  });
