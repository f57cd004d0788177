import { randomUUID } from 'node:crypto';
import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { type MsgHdrs, headers as natsHeaders } from '@nats-io/transport-node';
import { WIRE } from '../context/wire-headers.js';
import { statement } from '../database/statement.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Logger } from '../logging/logger.js';
import type { Nats } from '../nats/connection.js';
import { detached } from '../telemetry/detached.js';
import type { Metrics } from '../telemetry/metrics.js';
import { fail, openSpan } from '../telemetry/spans.js';
import { traceparentOf } from '../telemetry/trace-context.js';

/** Rows per claim, and messages per atomic batch of JetStream (its limit is 1 000). */
const BATCH = 200;
const LEASE_SECONDS = 10;
const PUBLISH_TIMEOUT_MS = 5_000;
/** Under load a moment's rest lets the next batch grow: each costs transactions, disk writes and wake-ups of its own. */
const REST_MS = 4;

interface Row {
  tenant_id: string;
  id: string;
  pos: string;
  subject: string;
  payload: string;
  /** Trace of what has caused the message; null for rows of before there was this column. */
  traceparent: string | null;
}

/** Publishes what committed transactions left in the outbox, in the order of their rows, at least once. */
export class Relay {
  private readonly holder = randomUUID();
  private readonly js: JetStreamClient;
  private readonly statements;
  private running: Promise<void> | null = null;
  private wanted = false;
  private stopped = false;
  private timer: NodeJS.Timeout | null = null;
  private leaseUntil = 0;
  /** True while an earlier failure stands; the slow poll tries again. */
  private failing = false;

  constructor(
    private readonly context: string,
    private readonly work: UnitOfWork,
    private readonly nats: Nats,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    private readonly pollMs: number,
  ) {
    this.js = jetstream(nats.connection, { timeout: PUBLISH_TIMEOUT_MS });
    this.statements = relayStatements(context);
  }

  start(): void {
    // Other instances commit too: whoever holds the lease publishes for all of them.
    this.nats.connection.subscribe(this.wakeSubject, { callback: () => this.wake() });
    this.timer = setInterval(() => this.wake(), this.pollMs);
    this.wake();
  }

  /** Of all instances, this one publishes. */
  get leads(): boolean {
    return this.leaseUntil > Date.now();
  }

  /** Called after a commit that left something to publish. */
  wakeAfterCommit = (): void => {
    this.wake();
    if (this.leads || !this.nats.connected) return;
    try {
      this.nats.connection.publish(this.wakeSubject);
    } catch (error) {
      // What has committed must not look like a failure; the holder's slow poll finds it.
      this.logger.debug({ err: error }, 'the relay of another instance could not be woken');
    }
  };

  /** Finishes the batch under way and gives the lease back. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearInterval(this.timer);
    await this.running;
    if (this.leads) {
      await this.work
        .relay((queryable) => queryable.query(this.statements.release, [this.context, this.holder]))
        .catch((error) => this.logger.warn({ err: error }, 'the relay lease runs out by itself'));
    }
  }

  private get wakeSubject(): string {
    return `${this.context}.relay.wake`;
  }

  private wake(): void {
    this.wanted = true;
    if (this.running || this.stopped) return;
    this.running = detached(() => this.drain()).finally(() => {
      this.running = null;
      if (this.wanted && !this.failing && !this.stopped) this.wake();
    });
  }

  private async drain(): Promise<void> {
    try {
      while (this.wanted && !this.stopped) {
        this.wanted = false;
        if (!this.nats.connected || !(await this.holdLease())) return;
        while (!this.stopped && (await this.publishBatch())) await this.holdLease();
        if (this.wanted && !this.stopped) await new Promise((resolve) => setTimeout(resolve, REST_MS));
      }
      if (this.failing) this.logger.info('the outbox is published again');
      this.failing = false;
    } catch (error) {
      this.leaseUntil = 0;
      if (!this.failing) this.logger.warn({ err: error }, 'the outbox could not be published; trying again');
      this.failing = true;
    }
  }

  /** True when this process is the one that publishes now. */
  private async holdLease(): Promise<boolean> {
    if (this.leaseUntil - Date.now() > (LEASE_SECONDS * 1000) / 2) return true;
    const asked = Date.now();
    const held = await this.work.relay((queryable) =>
      queryable.query(this.statements.hold, [this.context, this.holder, LEASE_SECONDS]),
    );
    this.leaseUntil = held.length > 0 ? asked + LEASE_SECONDS * 1000 : 0;
    return held.length > 0;
  }

  /** Publishes one batch and marks it. Answers whether there may be more. */
  private async publishBatch(): Promise<boolean> {
    const rows = await this.work.relay((queryable) => queryable.query<Row>(this.statements.claim, [BATCH]));
    if (rows.length === 0) return false;
    await recorded(rows, () => this.publish(rows));
    await this.work.relay((queryable) =>
      queryable.query(this.statements.mark, [rows.map((row) => row.tenant_id), rows.map((row) => row.id)]),
    );
    this.metrics.outboxPublished.inc(rows.length);
    return rows.length === BATCH;
  }

  private async publish(rows: Row[]): Promise<void> {
    if (rows.length === 1) return this.publishOne(rows[0] as Row);
    // An atomic batch lives in one stream; state and events are different streams of the same owner.
    for (const group of groupByStream(rows)) {
      if (group.length === 1) await this.publishOne(group[0] as Row);
      else await this.publishGroup(group);
    }
  }

  /**
   * Before each step towards NATS: a process that was paused for longer than its lease must not send old states after
   * the newer ones of its successor, when the stream has forgotten their ids.
   */
  private async requireLease(): Promise<void> {
    if (!(await this.holdLease())) throw new Error('another instance publishes now');
  }

  private async publishOne(row: Row): Promise<void> {
    await this.requireLease();
    await this.js.publish(row.subject, row.payload, { headers: headersOf(row) });
  }

  private async publishGroup(rows: Row[]): Promise<void> {
    const first = rows[0] as Row;
    const last = rows.at(-1) as Row;
    await this.requireLease();
    try {
      const batch = await this.js.startBatch(first.subject, first.payload, { headers: headersOf(first) });
      for (const row of rows.slice(1, -1)) batch.add(row.subject, row.payload, { headers: headersOf(row) });
      await this.requireLease();
      await batch.commit(last.subject, last.payload, { headers: headersOf(last) });
    } catch (error) {
      // A batch that holds one message the stream has already is refused whole; after a lost connection the first single fails too.
      this.logger.debug({ err: error }, 'batch refused; publishing one by one');
      for (const row of rows) await this.publishOne(row);
    }
  }
}

function headersOf({ id, traceparent }: Row): MsgHdrs {
  const headers = natsHeaders();
  headers.set('Nats-Msg-Id', id);
  if (traceparent !== null) headers.set(WIRE.traceparent, traceparent);
  return headers;
}

/** Records the publishing of each message in the trace that has caused it; whoever receives the message goes on from there. */
async function recorded(rows: Row[], publish: () => Promise<void>): Promise<void> {
  const spans = rows.flatMap((row) => {
    const span = row.traceparent && openSpan(`publish ${patternOf(row)}`, 'PRODUCER', row.traceparent, SENDING);
    if (!span) return [];
    row.traceparent = traceparentOf(span.spanContext());
    return [span];
  });
  try {
    await publish();
  } catch (error) {
    for (const span of spans) fail(span, error);
    throw error;
  } finally {
    for (const span of spans) span.end();
  }
}

const SENDING = { 'messaging.system': 'nats', 'messaging.operation.type': 'send' };

/** Subject without whose and which: the third token is the tenant, the fifth the aggregate's id. */
const patternOf = ({ subject }: Row): string =>
  subject
    .split('.')
    .map((token, at) => (at === 2 || at === 4 ? '*' : token))
    .join('.');

/** `<context>.state.…` lies in another stream than everything else of the context. */
function groupByStream(rows: Row[]): Row[][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const kind = row.subject.split('.')[1];
    const stream = kind === 'state' || kind === 'dead' ? kind : 'events';
    const group = groups.get(stream);
    if (group) group.push(row);
    else groups.set(stream, [row]);
  }
  return [...groups.values()];
}

function relayStatements(context: string) {
  return {
    /** The lease is taken when it is free or ours; each new holder raises the epoch. */
    hold: statement(
      `${context}-relay-hold`,
      `INSERT INTO ${context}.relay_lease AS lease (name, holder, expires_at)
       VALUES ($1, $2, now() + make_interval(secs => $3))
       ON CONFLICT (name) DO UPDATE
         SET holder = excluded.holder, expires_at = excluded.expires_at,
             epoch = lease.epoch + (lease.holder <> excluded.holder)::int
         WHERE lease.holder = excluded.holder OR lease.expires_at < now()
       RETURNING epoch`,
    ),
    release: statement(
      `${context}-relay-release`,
      `UPDATE ${context}.relay_lease SET expires_at = now() WHERE name = $1 AND holder = $2`,
    ),
    claim: statement(
      `${context}-relay-claim`,
      `SELECT tenant_id, id, pos, subject, payload, traceparent
       FROM ${context}.outbox WHERE published_at IS NULL ORDER BY pos LIMIT $1`,
    ),
    mark: statement(
      `${context}-relay-mark`,
      `UPDATE ${context}.outbox SET published_at = now()
       FROM unnest($1::uuid[], $2::uuid[]) AS done (tenant_id, id)
       WHERE outbox.tenant_id = done.tenant_id AND outbox.id = done.id`,
    ),
  };
}
