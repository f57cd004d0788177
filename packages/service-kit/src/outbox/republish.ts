import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { DataSource, QueryRunner } from 'typeorm';
import type { Nats } from '../nats/connection.js';

/** Rows that wait for the relay at a time: what is published for the first time meanwhile comes soon after them. */
const AT_ONCE = 2_000;
const POLL_MS = 20;
const COMPLAIN_AFTER_MS = 15_000;
const SAY_EVERY_MS = 5_000;
/** The two clocks are compared by a question to each. Too many messages rather than one too few. */
const SKEW_MS = 1_000;

export interface Republishing {
  context: string;
  /** As the role that sees every tenant. */
  database: DataSource;
  nats: Nats;
  /** Leaves out what was written before. */
  from: Date;
  /** Counts only. */
  dryRun: boolean;
  say: (line: string) => void;
}

/** Which rows of the outbox a stream keeps: by the second token of their subjects. */
interface Part {
  readonly stream: string;
  readonly kinds: readonly string[];
  readonly only: string;
}

/**
 * Lets the relay publish again what a stream has lost: what was published before the stream was made, e.g. because its
 * store is gone. They go out with the ids they had, so whoever consumed one does nothing. The rows are taken a few at a
 * time in their order, by the relay as always, so this may be stopped and begun again at any time, while the service works.
 *
 * Of states only the tombstones are taken from the outbox: an old state after a newer one would be the last in its
 * stream. Those of what is there are read from the tables (`readStates` of whoever publishes states).
 *
 * @returns how many rows were published again; with `dryRun`, how many would be
 */
export async function republishOutbox(options: Republishing): Promise<number> {
  const { context, database, nats, say } = options;
  const manager = await jetstreamManager(nats.connection, { checkAPI: false });
  let total = 0;
  for (const part of partsOf(context)) {
    const madeAt = await madeAtBy(database, manager, part.stream);
    // A service without states has no such stream.
    if (madeAt === null) continue;
    const runner = database.createQueryRunner();
    await runner.connect();
    try {
      const count = await openLost(runner, context, part, madeAt, options.from);
      say(`${part.stream}: made ${madeAt.toISOString()}, ${count} messages were published before`);
      if (!options.dryRun && count > 0) await publishAgain(runner, part.stream, count, options);
      total += count;
    } finally {
      await runner.query('CLOSE ALL').catch(() => undefined); // the connection is gone, and the cursor with it
      await runner.release();
    }
  }
  return total;
}

const partsOf = (context: string): Part[] => [
  { stream: `${context.toUpperCase()}_EVENTS`, kinds: ['evt', 'audit'], only: 'true' },
  { stream: `${context.toUpperCase()}_DEAD`, kinds: ['dead'], only: 'true' },
  { stream: `${context.toUpperCase()}_STATE`, kinds: ['state'], only: `payload LIKE '%"deleted":true%'` },
];

/** When the stream was made, by the clock of the database; null when there is none. */
async function madeAtBy(database: DataSource, manager: JetStreamManager, stream: string): Promise<Date | null> {
  const info = await manager.streams.info(stream).catch((error: Error) => {
    if (stream.endsWith('_STATE')) return null;
    throw new Error(
      `${stream} cannot be read (${error.message}): make the streams first (docs/operations/recovery.md), then run this again`,
    );
  });
  if (info === null) return null;
  const [{ now }]: [{ now: Date }] = await database.query('SELECT clock_timestamp() AS now');
  const age = Date.parse(info.ts as string) - Date.parse(info.created);
  return new Date(now.getTime() - age);
}

/** Opens a cursor over the rows to publish again, in their order. Answers how many they are. */
async function openLost(runner: QueryRunner, context: string, part: Part, madeAt: Date, from: Date): Promise<number> {
  const lost = `FROM ${context}.outbox
    WHERE published_at < '${new Date(madeAt.getTime() + SKEW_MS).toISOString()}' AND created_at >= '${from.toISOString()}'
      AND split_part(subject, '.', 2) IN (${part.kinds.map((kind) => `'${kind}'`).join(', ')}) AND ${part.only}`;
  const [{ count }]: [{ count: number }] = await runner.query(`SELECT count(*)::int AS count ${lost}`);
  await runner.query(`DECLARE lost CURSOR WITH HOLD FOR SELECT tenant_id, id ${lost} ORDER BY pos`);
  return count;
}

async function publishAgain(runner: QueryRunner, stream: string, count: number, options: Republishing): Promise<void> {
  const { context, say } = options;
  const began = Date.now();
  let said = began;
  let taken = 0;
  for (;;) {
    const rows: { tenant_id: string; id: string }[] = await runner.query(`FETCH ${AT_ONCE} FROM lost`);
    if (rows.length === 0) break;
    await runner.query(
      `UPDATE ${context}.outbox SET published_at = NULL FROM unnest($1::uuid[], $2::uuid[]) AS lost (tenant_id, id)
       WHERE outbox.tenant_id = lost.tenant_id AND outbox.id = lost.id`,
      [rows.map((row) => row.tenant_id), rows.map((row) => row.id)],
    );
    taken += rows.length;
    await relayed(runner, options, taken < count ? AT_ONCE / 4 : 0);
    if (Date.now() - said > SAY_EVERY_MS) {
      said = Date.now();
      const perSecond = (taken * 1_000) / (said - began);
      say(`${stream}: ${taken} of ${count}, ${Math.round((count - taken) / perSecond)} s to go`);
    }
  }
  const seconds = (Date.now() - began) / 1_000;
  const rate = `${((seconds * 100_000) / taken).toFixed(0)} s per 100 000`;
  say(`${stream}: ${taken} messages again in ${seconds.toFixed(1)} s, ${rate}`);
}

/** Waits until the relay of the service has no more than so many to publish. */
export async function relayed(
  database: Pick<DataSource, 'query'> | QueryRunner,
  { context, nats, say }: Pick<Republishing, 'context' | 'nats' | 'say'>,
  left = 0,
): Promise<void> {
  let least = Number.POSITIVE_INFINITY;
  let since = Date.now();
  nats.connection.publish(`${context}.relay.wake`);
  for (;;) {
    const [{ waiting }]: [{ waiting: number }] = await database.query(
      `SELECT count(*)::int AS waiting FROM ${context}.outbox WHERE published_at IS NULL`,
    );
    if (waiting <= left) return;
    if (waiting < least) {
      least = waiting;
      since = Date.now();
    } else if (Date.now() - since > COMPLAIN_AFTER_MS) {
      since = Date.now();
      say(
        `${waiting} messages wait to be published, and nothing publishes them: is the service of ${context} running?`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
