import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createStreams,
  type NatsServer,
  type NatsUser,
  newNatsCredentials,
  readStreams,
  seekDurable,
  startNatsServer,
  until,
} from '@kit/local-servers';
import { type JsMsg, jetstream } from '@nats-io/jetstream';
import { connect, headers, type Msg, type NatsConnection } from '@nats-io/transport-node';

// The shipped configuration on a real server: what may cross between the accounts does, nothing else gets through.

let server: NatsServer;
const open: NatsConnection[] = [];

async function as(user: NatsUser, inboxPrefix = `_INBOX_${user}`): Promise<NatsConnection> {
  const nc = await connect({
    servers: server.url,
    user: server.credentials[user].user,
    pass: server.credentials[user].password,
    inboxPrefix,
    timeout: 3_000,
  });
  open.push(nc);
  return nc;
}

const admin = async <T>(account: 'platform' | 'digilist', subject: string, body?: unknown): Promise<T> => {
  const nc = await as(`${account}_admin`);
  const reply = await nc.request(`$JS.API.${subject}`, body === undefined ? undefined : JSON.stringify(body));
  await nc.close();
  return reply.json<T>();
};

/** Messages and bytes of each stream: what a forgery would change. */
async function contents(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { account, streams } of readStreams()) {
    for (const { config } of streams) {
      const info = await admin<{ state: { messages: number; last_seq: number } }>(
        account as 'platform',
        `STREAM.INFO.${config.name}`,
      );
      counts[config.name] = info.state.last_seq;
    }
  }
  return counts;
}

async function take(
  nc: NatsConnection,
  apiPrefix: string,
  stream: string,
  durable: string,
  count: number,
): Promise<JsMsg[]> {
  const consumer = await jetstream(nc, { apiPrefix }).consumers.get(stream, durable);
  const messages = await consumer.consume({ max_messages: 10 });
  const taken: JsMsg[] = [];
  const timer = setTimeout(() => messages.stop(), 5_000);
  for await (const message of messages) {
    taken.push(message);
    expect(await message.ackAck()).toBe(true);
    if (taken.length === count) break;
  }
  clearTimeout(timer);
  return taken;
}

beforeAll(async () => {
  server = await startNatsServer();
  await createStreams(server.url, server.credentials);
}, 120_000);

afterAll(async () => {
  await Promise.all(open.map((nc) => nc.close().catch(() => {})));
  await server?.stop();
});

describe('the admin step', () => {
  it('changes nothing the second time', async () => {
    const counts = await createStreams(server.url, server.credentials);
    expect(counts).toEqual({ created: 0, updated: 0, unchanged: expect.any(Number) as unknown as number });
  });

  it('makes file streams with atomic batches, a duplicate window and a limit on their size', async () => {
    for (const { account, streams } of readStreams()) {
      for (const { config } of streams) {
        const info = await admin<{ config: Record<string, unknown> }>(
          account as 'platform',
          `STREAM.INFO.${config.name}`,
        );
        expect(info.config).toMatchObject({
          storage: 'file',
          allow_atomic: true,
          allow_direct: true,
          duplicate_window: 120e9,
          discard: 'new',
        });
        expect(info.config.max_bytes).toBeGreaterThan(0);
      }
    }
  });

  it('makes durables that never lose a message to a limit of deliveries', async () => {
    for (const { account, streams } of readStreams()) {
      for (const { config, durables } of streams) {
        for (const { durable_name: durable } of durables) {
          const info = await admin<{ config: Record<string, unknown> }>(
            account as 'platform',
            `CONSUMER.INFO.${config.name}.${durable}`,
          );
          expect(info.config).toMatchObject({
            ack_policy: 'explicit',
            ack_wait: 3e9,
            max_deliver: -1,
            max_ack_pending: 1000,
          });
        }
      }
    }
  });

  it('brings a durable back that was changed by hand', async () => {
    const name = 'DIGILIST_EVENTS.platform_audit';
    const before = await admin<{ config: Record<string, unknown> }>('digilist', `CONSUMER.INFO.${name}`);
    await admin('digilist', `CONSUMER.DURABLE.CREATE.${name}`, {
      stream_name: 'DIGILIST_EVENTS',
      config: { ...before.config, max_ack_pending: 7, backoff: [3e9, 10e9] },
    });
    expect((await createStreams(server.url, server.credentials)).updated).toBe(1);
    const after = await admin<{ config: Record<string, unknown> }>('digilist', `CONSUMER.INFO.${name}`);
    expect(after.config).toEqual(before.config);
  });
});

describe('what may cross', () => {
  it('the gateway and DIGILIST call PLATFORM, the gateway calls DIGILIST', async () => {
    const [platform, digilist, gateway] = [await as('platform'), await as('digilist'), await as('gateway')];
    platform.subscribe('platform.rpc.>', {
      queue: 'rpc',
      callback: (_, m) => void m.respond(`platform: ${m.string()}`),
    });
    digilist.subscribe('digilist.rpc.>', {
      queue: 'rpc',
      callback: (_, m) => void m.respond(`digilist: ${m.string()}`),
    });
    await Promise.all([platform.flush(), digilist.flush()]);
    expect((await gateway.request('platform.rpc.tenant.get.v1', 'a')).string()).toBe('platform: a');
    expect((await gateway.request('digilist.rpc.booking.get.v1', 'b')).string()).toBe('digilist: b');
    expect((await digilist.request('platform.rpc.tenant.get.v1', 'c')).string()).toBe('platform: c');
    await Promise.all([platform.close(), digilist.close()]);
  });

  it('PLATFORM learns from the subject which product calls', async () => {
    const [platform, digilist] = [await as('platform'), await as('digilist')];
    platform.subscribe('platform.internal.>', { callback: (_, m) => void m.respond(m.subject) });
    await platform.flush();
    expect((await digilist.request('platform.internal.digilist.users.get', '')).string()).toBe(
      'platform.internal.digilist.users.get',
    );
    await platform.close();
  });

  it('a call that nobody answers fails at once, not by timeout', async () => {
    const gateway = await as('gateway');
    for (const subject of ['platform.rpc.nobody.here.v1', 'digilist.rpc.nobody.here.v1']) {
      const since = Date.now();
      await expect(gateway.request(subject, '', { timeout: 5_000 })).rejects.toThrow(/no responders/);
      expect(Date.now() - since).toBeLessThan(1_000);
    }
  });

  it('DIGILIST consumes the state of PLATFORM with its durable', async () => {
    const [platform, digilist] = [await as('platform'), await as('digilist')];
    const js = jetstream(platform);
    for (const n of [1, 2, 3]) await js.publish(`platform.state.t1.user.u${n}`, `v${n}`, { msgID: `s${n}` });
    const taken = await take(digilist, 'JS.PLATFORM.API', 'PLATFORM_STATE', 'digilist_projections', 3);
    expect(taken.map((m) => [m.subject, m.string()])).toEqual(
      [1, 2, 3].map((n) => [`platform.state.t1.user.u${n}`, `v${n}`]),
    );
    const info = await admin<{ num_ack_pending: number; num_pending: number }>(
      'platform',
      'CONSUMER.INFO.PLATFORM_STATE.digilist_projections',
    );
    expect(info).toMatchObject({ num_ack_pending: 0, num_pending: 0 });
  });

  it('audit records reach PLATFORM, facts reach the subscriber, and neither sees the other', async () => {
    const [platform, digilist, subscriber] = [await as('platform'), await as('digilist'), await as('subscriber')];
    const live: Msg[] = [];
    subscriber.subscribe('digilist.evt.>', { callback: (_, m) => void live.push(m) });
    await subscriber.flush();
    const js = jetstream(digilist);
    await js.publish('digilist.evt.t1.booking.b1.confirmed.v1', 'fact', { msgID: 'e1' });
    await js.publish('digilist.audit.t1', 'audit', { msgID: 'a1' });
    const audit = await take(platform, 'JS.DIGILIST.API', 'DIGILIST_EVENTS', 'platform_audit', 1);
    const facts = await take(subscriber, 'JS.DIGILIST.API', 'DIGILIST_EVENTS', 'subscriber_demo', 1);
    expect(audit.map((m) => m.string())).toEqual(['audit']);
    expect(facts.map((m) => m.string())).toEqual(['fact']);
    await until('the live event', () => live.length > 0, { within: 2_000 });
    expect(live.map((m) => m.subject)).toEqual(['digilist.evt.t1.booking.b1.confirmed.v1']);
  });

  it('gateways hear each fact once it is kept, once, with its place in the stream; nobody else can say it', async () => {
    const [platform, digilist, gateway] = [await as('platform'), await as('digilist'), await as('gateway')];
    const heard: Msg[] = [];
    for (const subject of ['platform.live.t9.>', 'digilist.live.t9.>'])
      gateway.subscribe(subject, { callback: (error, m) => void (error ? undefined : heard.push(m)) });
    await gateway.flush();
    digilist.publish('digilist.live.t9.booking.b1.confirmed.v1', 'forged');
    digilist.publish('platform.live.t9.user.u1.made.v1', 'forged');
    const kept = await jetstream(digilist).publish('digilist.evt.t9.booking.b1.confirmed.v1', 'fact', { msgID: 'l1' });
    await jetstream(digilist).publish('digilist.evt.t9.booking.b1.confirmed.v1', 'fact', { msgID: 'l1' });
    await jetstream(digilist).publish('digilist.audit.t9', 'audit', { msgID: 'l2' });
    await jetstream(platform).publish('platform.evt.t9.user.u1.made.v1', 'fact', { msgID: 'l3' });
    await until('both facts', () => heard.length >= 2, { within: 2_000 });
    expect(heard.map((m) => [m.subject, m.string()])).toEqual([
      ['digilist.live.t9.booking.b1.confirmed.v1', 'fact'],
      ['platform.live.t9.user.u1.made.v1', 'fact'],
    ]);
    expect(heard[0]?.headers?.get('Nats-Sequence')).toBe(String(kept.seq));
  });

  it('an operator sets a durable back, and the subscriber reads it all again', async () => {
    await seekDurable(server.url, server.credentials, 'DIGILIST_EVENTS', 'subscriber_demo', 'all');
    const subscriber = await as('subscriber');
    const facts = await take(subscriber, 'JS.DIGILIST.API', 'DIGILIST_EVENTS', 'subscriber_demo', 1);
    expect(facts.map((m) => m.string())).toEqual(['fact']);
    await seekDurable(server.url, server.credentials, 'DIGILIST_EVENTS', 'subscriber_demo', new Date());
  });

  it('an atomic batch is stored whole', async () => {
    const platform = await as('platform');
    const before = (await contents()).PLATFORM_EVENTS as number;
    for (const n of [1, 2, 3]) {
      const h = headers();
      h.set('Nats-Batch-Id', 'batch-1');
      h.set('Nats-Batch-Sequence', String(n));
      h.set('Nats-Msg-Id', `batch-1-${n}`);
      if (n < 3) platform.publish(`platform.evt.t1.user.u${n}.made.v1`, 'x', { headers: h });
      else {
        h.set('Nats-Batch-Commit', '1');
        const ack = await platform.request(`platform.evt.t1.user.u${n}.made.v1`, 'x', { headers: h, timeout: 3_000 });
        expect(ack.json()).toMatchObject({ stream: 'PLATFORM_EVENTS', batch: 'batch-1', count: 3 });
      }
    }
    expect((await contents()).PLATFORM_EVENTS).toBe(before + 3);
  });
});

describe('what a stolen service identity cannot do', () => {
  // Each attempt is made by the service user of DIGILIST with the rights it really has. What it says may be refused
  // loudly or be lost silently; nothing may change in a stream of PLATFORM, nothing may reach PLATFORM's handlers.
  const heard: string[] = [];
  let platform: NatsConnection;

  beforeAll(async () => {
    platform = await as('platform');
    for (const subject of ['platform.internal.>', '_INBOX_platform.>']) {
      platform.subscribe(subject, { callback: (_, m) => void heard.push(m.subject) });
    }
    await platform.flush();
  });

  const quietly = (work: Promise<unknown>) => work.catch((error: Error) => error.message);

  const attempts: [string, (nc: NatsConnection) => Promise<unknown>][] = [
    [
      'publish a fact of PLATFORM',
      async (nc) => jetstream(nc).publish('platform.evt.t1.user.u1.deleted.v1', '{}', { timeout: 700 }),
    ],
    [
      'publish a state of PLATFORM',
      async (nc) => jetstream(nc).publish('platform.state.t1.user.u1', '{}', { timeout: 700 }),
    ],
    ['publish a dead letter of PLATFORM', async (nc) => nc.publish('platform.dead.t1', 'x')],
    [
      'call PLATFORM in the name of another product',
      async (nc) => nc.request('platform.internal.other.users.get', '', { timeout: 700 }),
    ],
    [
      'let the publish ack of an own event land in a stream of PLATFORM',
      async (nc) =>
        nc.publish('digilist.evt.t1.booking.b9.made.v1', 'x', { reply: 'platform.evt.t1.user.u1.deleted.v1' }),
    ],
    [
      'let a pulled message land in a stream of PLATFORM',
      async (nc) =>
        nc.publish(
          'JS.PLATFORM.API.CONSUMER.MSG.NEXT.PLATFORM_STATE.digilist_projections',
          '{"batch":1,"expires":200000000}',
          {
            reply: 'platform.evt.t1.user.u2.deleted.v1',
          },
        ),
    ],
    [
      'let an answer of PLATFORM land in a stream of PLATFORM',
      async (nc) => nc.publish('platform.rpc.echo.v1', '{}', { reply: 'platform.state.t1.user.u3' }),
    ],
    [
      'let an answer of PLATFORM land in the call of another product',
      async (nc) => nc.publish('platform.rpc.echo.v1', '{}', { reply: 'platform.internal.other.users.get' }),
    ],
    ['answer a call that it was not asked', async (nc) => nc.publish('_R_.abcdef.ghijkl', 'forged')],
    ['write into the inbox of PLATFORM', async (nc) => nc.publish('_INBOX_platform.abc.1', 'forged')],
    [
      'read the inbox of PLATFORM',
      async (nc) =>
        nc.subscribe('_INBOX_platform.>', { callback: (e, m) => void heard.push(e ? '' : `read ${m.subject}`) }),
    ],
    [
      'read the inbox of everybody',
      async (nc) => nc.subscribe('_INBOX.>', { callback: (e, m) => void heard.push(e ? '' : `read ${m.subject}`) }),
    ],
    [
      'hear the facts of PLATFORM',
      async (nc) =>
        nc.subscribe('platform.evt.>', { callback: (e, m) => void heard.push(e ? '' : `read ${m.subject}`) }),
    ],
    ['delete its own stream', async (nc) => nc.request('$JS.API.STREAM.DELETE.DIGILIST_EVENTS', '', { timeout: 700 })],
    ['purge its own stream', async (nc) => nc.request('$JS.API.STREAM.PURGE.DIGILIST_EVENTS', '', { timeout: 700 })],
    [
      'delete a stream of PLATFORM',
      async (nc) => nc.request('JS.PLATFORM.API.STREAM.DELETE.PLATFORM_STATE', '', { timeout: 700 }),
    ],
    [
      'create a consumer on a stream of PLATFORM',
      async (nc) =>
        nc.request(
          'JS.PLATFORM.API.CONSUMER.DURABLE.CREATE.PLATFORM_EVENTS.spy',
          JSON.stringify({ stream_name: 'PLATFORM_EVENTS', config: { durable_name: 'spy', ack_policy: 'none' } }),
          { timeout: 700 },
        ),
    ],
    [
      'create a push consumer that delivers to PLATFORM',
      async (nc) =>
        nc.request(
          '$JS.API.CONSUMER.CREATE.DIGILIST_EVENTS',
          JSON.stringify({
            stream_name: 'DIGILIST_EVENTS',
            config: { deliver_subject: 'platform.rpc.echo.v1', ack_policy: 'none' },
          }),
          { timeout: 700 },
        ),
    ],
    [
      'pull from the durable of the subscriber',
      async (nc) =>
        nc.request('$JS.API.CONSUMER.MSG.NEXT.DIGILIST_EVENTS.subscriber_demo', '{"batch":1}', { timeout: 700 }),
    ],
    ['ask the server itself', async (nc) => nc.request('$SYS.REQ.SERVER.PING.CONNZ', '', { timeout: 700 })],
    [
      'see all that goes on',
      async (nc) => nc.subscribe('>', { callback: (e, m) => void heard.push(e ? '' : `read ${m.subject}`) }),
    ],
  ];

  it.each(attempts)('%s', async (_, attempt) => {
    const echo = platform.subscribe('platform.rpc.echo.v1', { callback: (_, m) => void m.respond('echo') });
    await platform.flush();
    const nc = await as('digilist');
    const before = await contents();
    heard.length = 0;
    const answer = await quietly(attempt(nc));
    await nc.flush().catch(() => {});
    // A pull that went through would bring something now.
    await new Promise((resolve) => setTimeout(resolve, 60));
    const after = await contents();
    for (const stream of ['PLATFORM_EVENTS', 'PLATFORM_STATE', 'PLATFORM_DEAD'])
      expect([stream, after[stream]]).toEqual([stream, before[stream]]);
    expect(after.DIGILIST_EVENTS).toBeGreaterThanOrEqual(before.DIGILIST_EVENTS as number);
    expect(heard.filter(Boolean)).toEqual([]);
    if (typeof answer === 'object' && answer !== null && 'json' in answer) {
      throw new Error(`it was answered: ${(answer as Msg).string()}`);
    }
    echo.unsubscribe();
    await nc.close();
  });

  it('the outside subscriber can say nothing and hears no audit', async () => {
    const nc = await as('subscriber');
    const before = await contents();
    for (const subject of [
      'digilist.evt.t1.booking.b1.made.v1',
      'digilist.audit.t1',
      'platform.rpc.echo.v1',
      'digilist.rpc.echo.v1',
    ]) {
      expect(await quietly(nc.request(subject, 'x', { timeout: 500 }))).toMatch(/Permissions Violation/);
    }
    expect(await contents()).toEqual(before);
  });

  it('a wrong password and no password are refused', async () => {
    await expect(connect({ servers: server.url, user: 'digilist', pass: 'wrong', reconnect: false })).rejects.toThrow(
      /Authorization/,
    );
    await expect(connect({ servers: server.url, reconnect: false })).rejects.toThrow(/Authorization/);
  });
});

describe('a server that is killed', () => {
  it('keeps what it acknowledged and comes back on the same port', async () => {
    const credentials = newNatsCredentials();
    const own = await startNatsServer({ credentials });
    try {
      await createStreams(own.url, own.credentials);
      const nc = await connect({
        servers: own.url,
        user: 'platform',
        pass: credentials.platform.password,
        inboxPrefix: '_INBOX_platform',
        maxReconnectAttempts: -1,
        reconnectTimeWait: 50,
      });
      const js = jetstream(nc);
      await Promise.all(
        Array.from({ length: 50 }, (_, n) => js.publish(`platform.evt.t1.user.u${n}.made.v1`, 'x', { msgID: `k${n}` })),
      );
      await own.kill();
      expect(own.isRunning()).toBe(false);
      await own.restart();
      const info = await until(
        'the stream',
        async () => (await nc.request('$JS.API.STREAM.INFO.PLATFORM_EVENTS')).json<{ state: { messages: number } }>(),
        { within: 10_000 },
      );
      expect(info.state.messages).toBe(50);
      await nc.close();
    } finally {
      await own.stop();
    }
  }, 60_000);
});
