import { SYSTEM_TENANT_ID, subjects } from '@kit/contracts';
import { type ConsumerMessages, type JsMsg, jetstream } from '@nats-io/jetstream';
import { v7 as uuidv7 } from 'uuid';
import { statement } from '../database/statement.js';
import type { Origin, Tx } from '../database/tx.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Logger } from '../logging/logger.js';
import type { Nats } from '../nats/connection.js';
import type { Metrics } from '../telemetry/metrics.js';
import { newTraceparent, traceparentOr } from '../telemetry/trace-context.js';

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
  /** Several messages of one tenant at once, in order; all of them or none take effect. */
  handle: (tx: Tx, messages: Delivered<Payload>[]) => Promise<void>;
  /** Called after the effect of a batch has committed. */
  committed?: (messages: Delivered<Payload>[]) => void;
}

const BATCH = 100;
/** Deliveries after which a message is parked. The server has no limit of its own: a database outage must not use it up. */
const MAX_DELIVERIES = 5;
const RETRY_MS = [200, 1_000, 3_000, 5_000];

interface Entry {
  message: JsMsg;
  tenantId: string;
  delivered: Delivered;
}

/** Pull consumers: effect and inbox row in one transaction, acknowledged after the commit. */
export class Consumers {
  private readonly running: { iterator: ConsumerMessages | null; done: Promise<void>; stop: () => void }[] = [];
  private readonly inbox;
  private readonly park;

  constructor(
    private readonly context: string,
    private readonly work: UnitOfWork,
    private readonly nats: Nats,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {
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
    const own = { iterator: null as ConsumerMessages | null, stopped: false };
    const stop = () => {
      own.stopped = true;
      own.iterator?.stop();
    };
    const done = this.keepConsuming(options as ConsumerOptions, own);
    this.running.push({ iterator: own.iterator, done, stop });
  }

  /** Takes no new message and finishes the batch under way. */
  async stop(): Promise<void> {
    for (const consumer of this.running) consumer.stop();
    await Promise.all(this.running.map((consumer) => consumer.done));
  }

  private async keepConsuming(
    options: ConsumerOptions,
    own: { iterator: ConsumerMessages | null; stopped: boolean },
  ): Promise<void> {
    let complained = false;
    while (!own.stopped) {
      try {
        const consumer = await jetstream(this.nats.connection, this.apiOf(options.stream)).consumers.get(
          options.stream,
          options.durable,
        );
        own.iterator = await consumer.consume({ max_messages: BATCH * 2, expires: 5_000, idle_heartbeat: 1_000 });
        if (own.stopped) own.iterator.stop();
        complained = false;
        await this.pump(options, own.iterator);
      } catch (error) {
        if (own.stopped) return;
        if (!complained)
          this.logger.warn({ err: error, durable: options.durable }, 'consumer is interrupted; trying again');
        complained = true;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }

  /** Another account's JetStream is imported under its own prefix: `JS.<OWNER>.API`. Streams are named `<OWNER>_<KIND>`. */
  private apiOf(stream: string): { apiPrefix?: string } {
    const owner = stream.split('_')[0] ?? '';
    return owner.toLowerCase() === this.context ? {} : { apiPrefix: `JS.${owner}.API` };
  }

  /** Collects what has arrived while the batch before was being handled. */
  private async pump(options: ConsumerOptions, iterator: ConsumerMessages): Promise<void> {
    let batch: JsMsg[] = [];
    let handling: Promise<void> = Promise.resolve();
    let busy = false;
    const next = (): void => {
      if (busy || batch.length === 0) return;
      const taken = batch.slice(0, BATCH);
      batch = batch.slice(BATCH);
      busy = true;
      handling = this.handleBatch(options, taken).finally(() => {
        busy = false;
        next();
      });
    };
    for await (const message of iterator) {
      batch.push(message);
      next();
    }
    while (busy || batch.length > 0) await handling;
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

  private async handleGroup(options: ConsumerOptions, tenantId: string, entries: Entry[]): Promise<void> {
    try {
      await this.apply(options, tenantId, entries);
      for (const { message } of entries) message.ack();
    } catch (error) {
      if (entries.length > 1) {
        // One of them spoils the rest: find it by taking them one at a time, still in order.
        for (const entry of entries) await this.handleGroup(options, tenantId, [entry]);
        return;
      }
      await this.failed(options, tenantId, entries[0] as Entry, error);
    }
  }

  private async apply(options: ConsumerOptions, tenantId: string, entries: Entry[]): Promise<void> {
    const fresh = await this.work.runAs(consumerOrigin(tenantId, options.durable), async (tx) => {
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
    const deliveries = message.info.deliveryCount;
    if (deliveries < MAX_DELIVERIES) {
      this.logger.warn({ err: error, subject: message.subject, deliveries }, 'message failed; it is delivered again');
      message.nak(RETRY_MS[deliveries - 1] ?? RETRY_MS.at(-1));
      return;
    }
    await this.parkMessage(options, tenantId, delivered.id, message, error);
  }

  private async parkUnreadable(options: ConsumerOptions, message: JsMsg): Promise<void> {
    await this.parkMessage(options, SYSTEM_TENANT_ID, uuidv7(), message, new Error('the message cannot be read'));
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
      await this.work.runAs(consumerOrigin(tenantId, durable), async (tx) => {
        await tx.query(this.inbox, [tenantId, durable, [id], [message.seq]]);
        const error = String((cause as Error)?.stack ?? cause).slice(0, 4_000);
        await tx.query(this.park, [
          tenantId,
          durable,
          id,
          stream,
          message.seq,
          message.subject,
          message.string(),
          error,
        ]);
        tx.put(uuidv7(), subjects.dead(this.context, durable), {
          id,
          stream,
          seq: message.seq,
          subject: message.subject,
        });
      });
      message.ack();
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

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Tenant is the third token of every subject of ours; `Nats-Msg-Id` is the outbox row's id. */
function entryOf(message: JsMsg): Entry | null {
  const token = message.subject.split('.')[2] ?? '';
  const tenantId = token === '_' ? SYSTEM_TENANT_ID : token;
  const id = message.headers?.get('Nats-Msg-Id') ?? '';
  if (!UUID.test(tenantId) || !UUID.test(id)) return null;
  try {
    const delivered = { id, subject: message.subject, streamSequence: message.seq, payload: message.json() };
    return { message, tenantId, delivered };
  } catch {
    return null;
  }
}

function consumerOrigin(tenantId: string, durable: string): Origin {
  return {
    tenantId,
    actorId: SYSTEM_TENANT_ID,
    actor: { kind: 'job', id: null },
    now: new Date(),
    requestId: `${durable}-${uuidv7()}`,
    traceparent: traceparentOr(newTraceparent()),
    ip: null,
    userAgent: null,
  };
}
