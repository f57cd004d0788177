import { Refusal, SERVICE_UNAVAILABLE, SYSTEM_TENANT_ID, subjects } from '@kit/contracts';
import { type ConsumerMessages, type JsMsg, jetstream } from '@nats-io/jetstream';
import { v7 as uuidv7 } from 'uuid';
import { WIRE } from '../context/wire-headers.js';
import { jobOrigin } from '../database/origin.js';
import { statement } from '../database/statement.js';
import type { Tx } from '../database/tx.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Logger } from '../logging/logger.js';
import { inScope } from '../logging/request-scope.js';
import type { Nats } from '../nats/connection.js';
import { detached } from '../telemetry/detached.js';
import type { Metrics } from '../telemetry/metrics.js';
import { fail, openSpan, spanned } from '../telemetry/spans.js';
import { traceIdOf, traceparentOr } from '../telemetry/trace-context.js';
import { ConsumerLag } from './consumer-lag.js';

/** A message as a handler sees it: parsed, known to be new, in a transaction of its tenant. */
export interface Delivered<Payload = unknown> {
  id: string;
  subject: string;
  streamSequence: number;
  payload: Payload;
}

export interface ConsumerOptions<Payload = unknown> {
  /** Made by the administrator's step, not by services. */
  stream: string;
  durable: string;
  /**
   * Several messages of one tenant at once, in order; all of them or none take effect. A message that fails is delivered
   * again after those behind it, so whoever needs an order takes it from what the message says (a version).
   */
  handle: (tx: Tx, messages: Delivered<Payload>[]) => Promise<void>;
  /**
   * Whether messages of this tenant concern this process's database at all; what does not is acknowledged and leaves
   * nothing here. Asked outside any transaction; a refusal (SERVICE_UNAVAILABLE) lets the messages wait.
   */
  concerns?: (tenantId: string) => Promise<boolean>;
  /** Called after the effect of a batch has committed. */
  committed?: (messages: Delivered<Payload>[]) => void;
}

/** Thrown by a handler: the message will never be any better, so it is parked at once. */
export class UnreadableMessage extends Error {}

const BATCH = 100;
/** Failures after which a message is parked. Ours are counted, not the server's deliveries: an outage must not use them up. */
const MAX_FAILURES = 5;
const RETRY_MS = [200, 1_000, 3_000, 5_000];
/** A message in hand is held by saying so, more often than the server's ack_wait of three seconds. */
const HOLD_EVERY_MS = 1_000;
const OUTAGE_RETRY_MS = 500;
/** Messages whose failures are remembered; more than the server hands out at once. */
const REMEMBERED = 10_000;

interface Entry {
  message: JsMsg;
  tenantId: string;
  delivered: Delivered;
  /** Trace of what has caused the message. */
  traceparent: string;
}

/** Pull consumers: effect and inbox row in one transaction, acknowledged after the commit. */
export class Consumers {
  private readonly running: Promise<void>[] = [];
  private readonly iterators = new Set<ConsumerMessages>();
  private stopping = false;
  /** By durable and place in its stream. */
  private readonly failures = new Map<string, number>();
  private readonly lag: ConsumerLag;
  private readonly inbox;
  private readonly park;

  constructor(
    private readonly context: string,
    private readonly work: UnitOfWork,
    private readonly nats: Nats,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {
    this.lag = new ConsumerLag(metrics);
    this.inbox = statement(
      `${context}-inbox-claim`,
      `INSERT INTO ${context}.inbox (tenant_id, consumer, message_id, stream_seq)
       SELECT $1, $2, * FROM unnest($3::uuid[], $4::bigint[])
       ON CONFLICT DO NOTHING RETURNING message_id`,
    );
    this.park = statement(
      `${context}-dead-letter`,
      `INSERT INTO ${context}.dead_letters (tenant_id, consumer, message_id, stream, stream_seq, subject, payload, error)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
    );
  }

  /** Starts consuming; waits for the durable as long as NATS or the administrator's step is late. */
  consume<Payload>(options: ConsumerOptions<Payload>): void {
    this.running.push(detached(() => this.keepConsuming(options as ConsumerOptions)));
  }

  /** Takes no new message and finishes the batch under way. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const iterator of this.iterators) iterator.stop();
    await Promise.all(this.running);
  }

  private async keepConsuming(options: ConsumerOptions): Promise<void> {
    let complained = false;
    while (!this.stopping) {
      try {
        const consumer = await jetstream(this.nats.connection, this.apiOf(options.stream)).consumers.get(
          options.stream,
          options.durable,
        );
        this.lag.follow(options.stream, options.durable, consumer);
        const iterator = await consumer.consume({ max_messages: BATCH * 2, expires: 5_000, idle_heartbeat: 1_000 });
        this.iterators.add(iterator);
        if (this.stopping) iterator.stop();
        complained = false;
        await this.pump(options, iterator).finally(() => this.iterators.delete(iterator));
      } catch (error) {
        if (this.stopping) return;
        if (!complained)
          this.logger.warn({ err: error, durable: options.durable }, 'consumer is interrupted; trying again');
        complained = true;
        await sleep(500);
      }
    }
  }

  /** Another account's JetStream is imported under its own prefix: `JS.<OWNER>.API`. Streams are named `<OWNER>_<KIND>`. */
  private apiOf(stream: string): { apiPrefix?: string } {
    const owner = stream.split('_')[0] ?? '';
    return owner.toLowerCase() === this.context ? {} : { apiPrefix: `JS.${owner}.API` };
  }

  /** Collects what arrives while a batch is being handled, up to another batch; the rest waits at the server. */
  private async pump(options: ConsumerOptions, iterator: ConsumerMessages): Promise<void> {
    let taken: JsMsg[] = [];
    const waiting: JsMsg[] = [];
    let handling: Promise<void> = Promise.resolve();
    const next = (): void => {
      if (taken.length > 0 || waiting.length === 0 || this.stopping) return;
      taken = waiting.splice(0, BATCH);
      handling = this.handleBatch(options, taken)
        // Only when the connection is gone for good; what is not acknowledged is delivered again.
        .catch((error) => this.logger.error({ err: error, durable: options.durable }, 'a batch could not be answered'))
        .then(() => {
          taken = [];
          next();
        });
    };
    const hold = setInterval(() => {
      for (const message of [...taken, ...waiting]) message.working();
    }, HOLD_EVERY_MS);
    try {
      for await (const message of iterator) {
        waiting.push(message);
        next();
        if (waiting.length >= BATCH) await handling;
      }
      while (taken.length > 0) await handling;
    } finally {
      clearInterval(hold);
      // Another instance may have them at once.
      for (const message of waiting.splice(0)) message.nak();
    }
  }

  private async handleBatch(options: ConsumerOptions, messages: JsMsg[]): Promise<void> {
    const byTenant = new Map<string, Entry[]>();
    for (const message of messages) {
      const entry = entryOf(message);
      if (!entry) {
        await this.parkUnreadable(options, message);
        continue;
      }
      const group = byTenant.get(entry.tenantId);
      if (group) group.push(entry);
      else byTenant.set(entry.tenantId, [entry]);
    }
    for (const [tenantId, entries] of byTenant) await this.handleGroup(options, tenantId, entries);
  }

  /** Lines of the log carry the trace of the first message. */
  private handleGroup(options: ConsumerOptions, tenantId: string, entries: Entry[]): Promise<void> {
    const [{ traceparent }] = entries as [Entry];
    const scope = { consumer: options.durable, traceId: traceIdOf(traceparent) };
    return inScope(scope, () => this.handleTogether(options, tenantId, entries));
  }

  private async handleTogether(options: ConsumerOptions, tenantId: string, entries: Entry[]): Promise<void> {
    try {
      if (!options.concerns || (await options.concerns(tenantId)))
        await received(options.durable, entries, (traceparent) => this.apply(options, tenantId, entries, traceparent));
      for (const { message } of entries) this.settle(options, message);
    } catch (error) {
      // The database, or whoever is asked first, is away: no message is to blame. Held here, they keep their order and are there when it is back.
      if (error instanceof Refusal && error.code === SERVICE_UNAVAILABLE.code) {
        this.logger.warn({ err: error, durable: options.durable }, 'messages wait for what they need');
        await sleep(OUTAGE_RETRY_MS);
        if (!this.stopping) return this.handleGroup(options, tenantId, entries);
        for (const { message } of entries) message.nak();
        return;
      }
      if (entries.length > 1) {
        // One of them spoils the rest: find it by taking them one at a time, still in order.
        for (const entry of entries) await this.handleGroup(options, tenantId, [entry]);
        return;
      }
      await this.failed(options, tenantId, entries[0] as Entry, error);
    }
  }

  private async apply(
    options: ConsumerOptions,
    tenantId: string,
    entries: Entry[],
    traceparent: string,
  ): Promise<void> {
    const fresh = await this.work.runAs({ ...jobOrigin(tenantId, options.durable), traceparent }, async (tx) => {
      const claimed = await tx.query<{ message_id: string }>(this.inbox, [
        tenantId,
        options.durable,
        entries.map((entry) => entry.delivered.id),
        entries.map((entry) => entry.delivered.streamSequence),
      ]);
      const unseen = new Set(claimed.map((row) => row.message_id));
      const delivered = entries.map((entry) => entry.delivered).filter((message) => unseen.delete(message.id));
      if (delivered.length > 0) await options.handle(tx, delivered);
      return delivered;
    });
    this.metrics.consumed.inc({ consumer: options.durable, outcome: 'applied' }, fresh.length);
    this.metrics.consumed.inc({ consumer: options.durable, outcome: 'duplicate' }, entries.length - fresh.length);
    if (fresh.length > 0) options.committed?.(fresh);
  }

  private async failed(
    options: ConsumerOptions,
    tenantId: string,
    { message, delivered }: Entry,
    error: unknown,
  ): Promise<void> {
    const key = `${options.durable} ${message.seq}`;
    const failures = (this.failures.get(key) ?? 0) + 1;
    if (failures < MAX_FAILURES && !isPermanent(error)) {
      this.remember(key, failures);
      this.logger.warn({ err: error, subject: message.subject, failures }, 'message failed; it is delivered again');
      message.nak(RETRY_MS[failures - 1]);
      return;
    }
    await this.parkMessage(options, tenantId, delivered.id, message, error);
  }

  private remember(key: string, failures: number): void {
    if (this.failures.size >= REMEMBERED) {
      const oldest = this.failures.keys().next().value;
      if (oldest !== undefined) this.failures.delete(oldest);
    }
    this.failures.set(key, failures);
  }

  private settle({ durable }: ConsumerOptions, message: JsMsg): void {
    this.failures.delete(`${durable} ${message.seq}`);
    message.ack();
  }

  private async parkUnreadable(options: ConsumerOptions, message: JsMsg): Promise<void> {
    await this.parkMessage(
      options,
      SYSTEM_TENANT_ID,
      uuidv7(),
      message,
      new UnreadableMessage('the message cannot be read'),
    );
  }

  /** A poison message goes to the dead letters, in one transaction with the note that it was handled. */
  private async parkMessage(
    options: ConsumerOptions,
    tenantId: string,
    id: string,
    message: JsMsg,
    cause: unknown,
  ): Promise<void> {
    const { durable, stream } = options;
    try {
      await this.work.runAs(jobOrigin(tenantId, durable), async (tx) => {
        await tx.query(this.inbox, [tenantId, durable, [id], [message.seq]]);
        const error = String((cause as Error)?.stack ?? cause).slice(0, 4_000);
        await tx.query(this.park, [
          tenantId,
          durable,
          id,
          stream,
          message.seq,
          message.subject,
          storable(message.string()),
          storable(error),
        ]);
        tx.put(uuidv7(), subjects.dead(this.context, durable), {
          id,
          stream,
          seq: message.seq,
          subject: message.subject,
        });
      });
      this.settle(options, message);
      this.metrics.consumed.inc({ consumer: durable, outcome: 'dead' });
      this.logger.error({ err: cause, subject: message.subject, durable }, 'message parked as a dead letter');
    } catch (error) {
      this.logger.error(
        { err: error, subject: message.subject, durable },
        'message could not be parked; it is delivered again',
      );
      message.nak(RETRY_MS.at(-1));
    }
  }
}

const RECEIVING = { 'messaging.system': 'nats', 'messaging.operation.type': 'process' };

/**
 * Handles messages in the traces that have caused them, each with a span of its own. What they do together, in one
 * transaction, is recorded in the first one's.
 */
async function received(
  durable: string,
  entries: Entry[],
  handle: (traceparent: string) => Promise<void>,
): Promise<void> {
  const [{ traceparent: first }] = entries as [Entry];
  const others = entries.slice(1).flatMap(({ traceparent }) => {
    const span = openSpan(durable, 'CONSUMER', traceparent, RECEIVING);
    return span ? [span] : [];
  });
  try {
    const attributes = { ...RECEIVING, 'messaging.batch.message_count': entries.length };
    await spanned(durable, 'CONSUMER', first, attributes, handle);
  } catch (error) {
    for (const span of others) fail(span, error);
    throw error;
  } finally {
    for (const span of others) span.end();
  }
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Tenant is the third token of every subject of ours; `Nats-Msg-Id` is the outbox row's id. */
function entryOf(message: JsMsg): Entry | null {
  const token = message.subject.split('.')[2] ?? '';
  const tenantId = token === '_' ? SYSTEM_TENANT_ID : token;
  const id = message.headers?.get('Nats-Msg-Id') ?? '';
  if (!UUID.test(tenantId) || !UUID.test(id)) return null;
  try {
    const delivered = { id, subject: message.subject, streamSequence: message.seq, payload: message.json() };
    return { message, tenantId, delivered, traceparent: traceparentOr(message.headers?.get(WIRE.traceparent)) };
  } catch {
    return null;
  }
}

/** Values that no column takes (class 22) or that a check refuses stay so. A missing parent (23503) may still arrive. */
function isPermanent(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return error instanceof UnreadableMessage || (typeof code === 'string' && /^(22|23502|23514)/.test(code));
}

/** PostgreSQL keeps no NUL in text; a message that holds one must be parked all the same. */
const storable = (text: string): string => text.replaceAll('\0', '\ufffd');
