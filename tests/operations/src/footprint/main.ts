import { createStreams, startNatsCluster } from '@kit/local-servers';
import { natsOptions, query, sleep } from '@kit/testing';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Caller, converged, Random, startTarget } from '@tests/chaos';

// npm run footprint: what a booking leaves behind, and how fast one and three nodes take events.

const BOOKINGS = 400;
const RATE = 25;
const say = (line: string) => console.log(line);

/** What stands in tables and indexes, and how much WAL has been written. */
async function sizes(url: string, schema: string): Promise<{ tables: number; indexes: number; wal: number }> {
  const [row] = await query<{ tables: string; indexes: string; wal: string }>(
    url,
    `SELECT sum(pg_table_size(c.oid)) AS tables, sum(pg_indexes_size(c.oid)) AS indexes,
            pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS wal
     FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r'`,
    [schema],
  );
  return { tables: Number(row?.tables), indexes: Number(row?.indexes), wal: Number(row?.wal) };
}

/** Rows, by table, of what a booking writes. */
async function rows(url: string, schema: string): Promise<Map<string, number>> {
  const tables = await query<{ name: string }>(
    url,
    `SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p')
     AND NOT c.relispartition`,
    [schema],
  );
  const counted = new Map<string, number>();
  for (const { name } of tables) {
    const [row] = await query<{ n: number }>(url, `SELECT count(*)::int AS n FROM ${schema}."${name}"`);
    counted.set(name, row?.n ?? 0);
  }
  return counted;
}

async function perBooking(): Promise<void> {
  const { system, target } = await startTarget(() => {});
  try {
    const urls = { digilist: system.urls.digilist.superuser, platform: system.urls.platform.superuser };
    const contexts = ['digilist', 'platform'] as const;
    const stream = async () => {
      const connection = await connect(natsOptions(system.nats, system.nats.credentials.digilist_admin));
      try {
        return (await (await jetstreamManager(connection)).streams.info('DIGILIST_EVENTS')).state;
      } finally {
        await connection.close();
      }
    };
    const now = async () => {
      await converged(system);
      const [digilist, platform, streamed, rowsNow] = await Promise.all([
        sizes(urls.digilist, 'digilist'),
        sizes(urls.platform, 'platform'),
        stream(),
        Promise.all(contexts.map((context) => rows(urls[context], context))),
      ]);
      return { digilist, platform, streamed, rows: rowsNow };
    };
    const caller = new Caller(system.gatewayUrl, target, new Random(1));
    await caller.signIn();
    const book = async (count: number) => {
      const until = caller.traffic.acknowledged.size + count;
      while (caller.traffic.acknowledged.size < until) {
        await Promise.all([Caller.actions.book(caller), sleep(1_000 / RATE)]);
      }
    };
    await book(50);
    // Before and after, tables are packed: what is free in their pages is no booking's.
    const packed = async () => {
      for (const context of contexts) await query(urls[context], 'VACUUM FULL');
      await query(urls.digilist, 'CHECKPOINT');
      return now();
    };
    const before = await packed();
    const made = caller.traffic.acknowledged.size;
    await book(BOOKINGS);
    const count = caller.traffic.acknowledged.size - made;
    const wal = await now();
    const after = await packed();
    const each = (bytes: number) => `${Math.round(bytes / count)} B`;
    say(`per booking, of ${count}:`);
    for (const [n, context] of contexts.entries()) {
      const more = [...(after.rows[n] ?? [])]
        .map(([name, total]) => [name, (total - (before.rows[n]?.get(name) ?? 0)) / count] as const)
        .filter(([, share]) => share >= 0.05);
      const list = more.map(([name, share]) => `${name} ${share.toFixed(2)}`).join(', ');
      say(
        `  ${context}: tables ${each(after[context].tables - before[context].tables)}, indexes ${each(after[context].indexes - before[context].indexes)}; rows: ${list}`,
      );
    }
    // Both databases lie on one server here, so their WAL is one.
    say(`  WAL of both databases: ${each(wal.digilist.wal - before.digilist.wal)}`);
    const messages = after.streamed.messages - before.streamed.messages;
    say(
      `  DIGILIST_EVENTS: ${(messages / count).toFixed(2)} messages, ${each(after.streamed.bytes - before.streamed.bytes)} (on each node that keeps a replica)`,
    );
  } finally {
    await system.stop();
  }
}

const EVENT = JSON.stringify({ data: 'x'.repeat(900) });
const SECONDS = 4;

/** Messages a second, one after the other and in batches of 100 as the relay sends them. */
async function publishRate(replicas: 1 | 3): Promise<void> {
  const cluster = await startNatsCluster({ nodes: 3 });
  try {
    await createStreams(cluster.url, cluster.credentials, { replicas });
    await cluster.caughtUp();
    const connection = await connect(natsOptions(cluster, cluster.credentials.digilist));
    const js = jetstream(connection);
    const subject = 'digilist.evt.tenant.booking.1.confirmed';
    const measure = async (send: () => Promise<number>) => {
      const end = performance.now() + SECONDS * 1_000;
      let sent = 0;
      while (performance.now() < end) sent += await send();
      return Math.round(sent / SECONDS);
    };
    const single = await measure(async () => {
      await js.publish(subject, EVENT);
      return 1;
    });
    const batched = await measure(async () => {
      const batch = await js.startBatch(subject, EVENT);
      for (let n = 0; n < 98; n++) batch.add(subject, EVENT);
      await batch.commit(subject, EVENT);
      return 100;
    });
    say(`events on ${replicas} of 3 nodes: ${single}/s one by one, ${batched}/s in batches of 100`);
    await connection.close();
  } finally {
    await cluster.stop();
  }
}

await perBooking();
await publishRate(1);
await publishRate(3);
