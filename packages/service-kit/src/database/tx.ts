import {
  type AuditRecord,
  audienceText,
  type EventEnvelope,
  type EventType,
  NOT_FOUND,
  Refusal,
  type StateMessage,
  type StateType,
  subjects,
} from '@kit/contracts';
import type { ClientBase, QueryResultRow } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { Reach } from '../auth/reach.js';
import { fitsMessage } from '../nats/message-size.js';
import { statementSpan } from '../telemetry/spans.js';
import { traceIdOf } from '../telemetry/trace-context.js';
import type { LoopWatch } from './loop-watch.js';
import type { Queryable, Statement } from './statement.js';
import { together } from './together.js';

/** Who a transaction acts for, and why. */
export interface Origin {
  readonly tenantId: string;
  /** User written into created_by and updated_by. */
  readonly actorId: string;
  readonly actor: AuditRecord['actor'];
  readonly now: Date;
  readonly requestId: string;
  readonly traceparent: string;
  /** Session of the caller's token; null for jobs and for callers without one. */
  readonly sessionId: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** Outbox rows as parallel arrays, the shape one INSERT … unnest() takes. */
export interface OutboxRows {
  ids: string[];
  subjects: string[];
  payloads: string[];
}

const INSERT_OUTBOX = 'insert-outbox';
/** Tokens without wildcard, space or dot of their own, and ids as PostgreSQL writes them: consumers compare letters. */
const SUBJECT = /^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/;

/** One transaction of one tenant: statements, outbox, audit. */
export class Tx implements Queryable {
  private pending: OutboxRows = { ids: [], subjects: [], payloads: [] };
  private written = 0;
  private told = false;
  private readonly callbacks: (() => void)[] = [];

  constructor(
    private readonly context: string,
    private readonly client: ClientBase,
    readonly origin: Origin,
    /** Where the operation's permission holds; empty for jobs. */
    readonly reach: Reach,
    private readonly ask: (permission: string) => Promise<Reach>,
    private readonly loops: LoopWatch | null = null,
  ) {}

  get tenantId(): string {
    return this.origin.tenantId;
  }

  get actorId(): string {
    return this.origin.actorId;
  }

  get now(): Date {
    return this.origin.now;
  }

  /** An audit record was made. */
  get audited(): boolean {
    return this.told;
  }

  /** Something is written or waiting to be published. */
  get published(): boolean {
    return this.written + this.pending.ids.length > 0;
  }

  /** Where another permission than the operation's own holds for the caller. */
  reachOf(permission: string): Promise<Reach> {
    return this.ask(permission);
  }

  async query<Row extends QueryResultRow>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    const { name, text } = statement;
    this.loops?.note(name);
    together(this.client);
    const ask = () => this.client.query<Row>({ name, text, values: values as unknown[] });
    const { rows } = await statementSpan(name, ask);
    return rows;
  }

  /** The only row. @throws Refusal NOT_FOUND */
  async one<Row extends QueryResultRow>(statement: Statement, values: readonly unknown[] = []): Promise<Row> {
    const [row] = await this.query<Row>(statement, values);
    if (!row) throw new Refusal(NOT_FOUND);
    return row;
  }

  /** Puts a fact into the outbox; it leaves with the commit and only then. Answers the event's id. */
  emit<Data extends object>(type: EventType<Data>, fact: { id: string; version: number; data: Data }): string {
    const audience = type.audience(fact.data, fact.id);
    const envelope: EventEnvelope<Data> = {
      specversion: '1.0',
      id: uuidv7(),
      type: type.type,
      source: type.context,
      subject: fact.id,
      time: this.now.toISOString(),
      datacontenttype: 'application/json',
      tenantid: this.tenantId,
      actor: this.origin.actor.id,
      correlationid: this.origin.requestId,
      aggregateversion: fact.version,
      ...(audience.length > 0 && { audience: audienceText(audience) }),
      traceparent: this.origin.traceparent,
      data: fact.data,
    };
    this.put(envelope.id, subjects.event(type, this.tenantId, fact.id), envelope);
    return envelope.id;
  }

  /** Publishes the latest state of an aggregate to those who copy it; `data: null` is a tombstone. */
  state<Data extends object>(type: StateType<Data>, state: { id: string; version: number; data: Data | null }): void {
    const message: StateMessage<Data> = {
      id: state.id,
      tenantId: this.tenantId,
      version: state.version,
      deleted: state.data === null,
      time: this.now.toISOString(),
      data: state.data,
    };
    this.put(uuidv7(), subjects.state(type, this.tenantId, state.id), message);
  }

  audit(
    entry: Pick<AuditRecord, 'action' | 'entity'> &
      Partial<Pick<AuditRecord, 'outcome' | 'reason' | 'changes' | 'personal' | 'orgId' | 'actor'>>,
  ): void {
    const { ip, userAgent, sessionId, traceparent } = this.origin;
    const record: AuditRecord = {
      id: uuidv7(),
      tenantId: this.tenantId,
      occurredAt: this.now.toISOString(),
      actor: this.origin.actor,
      outcome: 'done',
      requestId: this.origin.requestId,
      traceId: traceIdOf(traceparent),
      ...(sessionId !== null && { sessionId }),
      ...(ip !== null && { ip }),
      ...(userAgent !== null && { userAgent }),
      ...entry,
    };
    this.put(record.id, subjects.audit(this.context, this.tenantId), record);
    this.told = true;
  }

  /**
   * Any other message for the outbox; `id` becomes `Nats-Msg-Id`.
   * @throws when NATS would not take it: better this one transaction fails than the outbox stands still behind it
   */
  put(id: string, subject: string, payload: unknown): void {
    const text = JSON.stringify(payload);
    if (!SUBJECT.test(subject)) throw new Error(`"${subject}" is no subject of a message`);
    if (!fitsMessage(text)) throw new Error(`the message for ${subject} is too large`);
    this.pending.ids.push(id);
    this.pending.subjects.push(subject);
    this.pending.payloads.push(text);
  }

  /** Hands the pending outbox rows to a statement that writes them together with its own rows. */
  takeOutbox(): OutboxRows {
    const rows = this.pending;
    this.written += rows.ids.length;
    this.pending = { ids: [], subjects: [], payloads: [] };
    return rows;
  }

  /**
   * Goes on in another tenant within the same transaction, for provisioning: both sides stand or fall together.
   * Back in the own tenant afterwards; a failure rolls everything back, the tenant of the connection included.
   */
  async within<T>(origin: Origin, work: (tx: Tx) => Promise<T>): Promise<T> {
    await this.flushOutbox();
    await this.enter(origin.tenantId);
    const inner = new Tx(this.context, this.client, origin, Reach.EVERYWHERE, async () => Reach.EVERYWHERE);
    const result = await work(inner);
    await inner.flushOutbox();
    this.written += inner.written;
    this.told ||= inner.told;
    this.callbacks.push(...inner.callbacks);
    await this.enter(this.tenantId);
    return result;
  }

  private async enter(tenantId: string): Promise<void> {
    await this.client.query({
      name: 'enter-tenant',
      text: "SELECT set_config('app.tenant_id', $1, true)",
      values: [tenantId],
    });
  }

  /** Runs `callback` when this transaction has committed, e.g. to wake a worker for what it wrote. Lost with the process. */
  afterCommit(callback: () => void): void {
    this.callbacks.push(callback);
  }

  /** Called by the unit of work. */
  committed(): void {
    for (const callback of this.callbacks) callback();
  }

  /** Forgets what a refused attempt wanted to publish (its rows were rolled back to the savepoint). */
  dropOutbox(): void {
    this.pending = { ids: [], subjects: [], payloads: [] };
    this.written = 0;
  }

  /** Writes what is pending. Answers whether this transaction has anything to publish. */
  async flushOutbox(): Promise<boolean> {
    const { ids, subjects: names, payloads } = this.takeOutbox();
    if (ids.length > 0) {
      const text = `INSERT INTO ${this.context}.outbox (tenant_id, id, subject, payload)
                    SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::text[])`;
      const values = [this.tenantId, ids, names, payloads];
      await statementSpan(INSERT_OUTBOX, () => this.client.query({ name: INSERT_OUTBOX, text, values }));
    }
    return this.written > 0;
  }
}
