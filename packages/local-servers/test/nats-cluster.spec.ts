import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createStreams, type NatsCluster, startNatsCluster, startNatsServer, until } from '@kit/local-servers';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';

let cluster: NatsCluster;
beforeAll(async () => {
  cluster = await startNatsCluster();
}, 60_000);
afterAll(() => cluster?.stop(), 60_000);

const as = (user: 'digilist' | 'digilist_admin'): Promise<NatsConnection> =>
  connect({
    servers: cluster.url.split(','),
    user,
    pass: cluster.credentials[user].password,
    inboxPrefix: `_INBOX_${user}`,
    maxReconnectAttempts: -1,
  });

describe('a three-node cluster of the shipped configuration', () => {
  it('moves streams with what is in them, and their durables, from one node to three; asked again, nothing changes', async () => {
    await createStreams(cluster.url, cluster.credentials);
    const connection = await as('digilist');
    const admin = await as('digilist_admin');
    try {
      await jetstream(connection).publish('digilist.evt.tenant.booking.1.confirmed', '{}', { msgID: 'first' });
      const raised = await createStreams(cluster.url, cluster.credentials, { replicas: 3 });
      expect(raised).toEqual({ created: 0, updated: 5, unchanged: expect.any(Number) });
      await cluster.caughtUp();
      const manager = await jetstreamManager(admin);
      expect((await manager.streams.info('DIGILIST_EVENTS')).state.messages).toBe(1);
      await until('The stream on three nodes', async () => {
        const stream = await manager.streams.info('DIGILIST_EVENTS');
        return stream.cluster?.replicas?.length === 2;
      });
      await until('The durable on three nodes', async () => {
        const durable = await manager.consumers.info('DIGILIST_EVENTS', 'platform_audit');
        return durable.cluster?.replicas?.length === 2;
      });
      expect(await createStreams(cluster.url, cluster.credentials)).toMatchObject({ created: 0, updated: 0 });
    } finally {
      await connection.close();
      await admin.close();
    }
  }, 60_000);

  it('loses nothing that was acknowledged, and doubles nothing, when the leader is killed while events are published', async () => {
    const connection = await as('digilist');
    try {
      const js = jetstream(connection, { timeout: 2_000 });
      const before = (await (await js.streams.get('DIGILIST_EVENTS')).info()).state.messages;
      const leader = await cluster.leaderOf('DIGILIST_EVENTS');
      const count = 300;
      for (let n = 0; n < count; n++) {
        if (n === 100) void leader.kill();
        // As the relay does: the same id again until it is acknowledged.
        for (;;) {
          const kept = await js
            .publish('digilist.evt.tenant.booking.2.confirmed', String(n), { msgID: `message ${n}` })
            .catch(() => null);
          if (kept) break;
        }
      }
      const { state } = await (await js.streams.get('DIGILIST_EVENTS')).info();
      expect(state.messages - before).toBe(count);
      await leader.restart();
      await leader.caughtUp();
    } finally {
      await connection.close();
    }
  }, 60_000);
});

describe('the admin step refuses', () => {
  it('three replicas on a server that is alone, and says how to go on', async () => {
    const alone = await startNatsServer();
    try {
      await expect(createStreams(alone.url, alone.credentials, { replicas: 3, within: 0 })).rejects.toThrow(
        /is alone and cannot keep 3 replicas: start it as a cluster of at least 3 nodes, or leave NATS_REPLICAS out/,
      );
    } finally {
      await alone.stop();
    }
  }, 30_000);

  it('a number of replicas that gives no majority', async () => {
    await expect(createStreams(cluster.url, cluster.credentials, { replicas: 2 })).rejects.toThrow(
      /1, 3 or 5 nodes, not on 2: set NATS_REPLICAS/,
    );
  });
});
