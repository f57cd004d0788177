import { SYSTEM_TENANT_ID } from '@kit/contracts';
import { LOGGER, type Logger, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { Attempt } from './delivery-sender.js';
import { afterFailure, HEALTHY, type Health } from './domain/health.js';
import { waitAfter } from './domain/schedule.js';
import { EndpointShutdown } from './endpoint-shutdown.js';
import { FORGIVE, LOCK_HEALTH, PUT_HEALTH, RECORD_RESULTS } from './worker.sql.js';

const FLUSH_AFTER_MS = 15;
const MAX_BATCH = 500;
const RETRY_MS = 500;

interface HealthRow extends Health {
  tenantId: string;
  id: string;
}

interface HealthChange extends HealthRow {
  lastSuccessAt: Date | null;
  lastFailureAt: Date | null;
}

/** Writes down what came of attempts, many at a time: a row each would cost more than the sending. */
@Injectable()
export class DeliveryResults {
  private waiting: Attempt[] = [];
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> | null = null;
  private tell: (batch: readonly Attempt[]) => void = () => undefined;

  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: DataSource,
    private readonly shutdown: EndpointShutdown,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Called after each batch: there is room for more. */
  recorded(callback: (batch: readonly Attempt[]) => void): void {
    this.tell = callback;
  }

  add(attempt: Attempt): void {
    this.waiting.push(attempt);
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS);
  }

  /** Answers when everything that was added is written. What is added during a write goes into the next one, together. */
  async flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (this.writing) await this.writing;
    if (this.writing || this.waiting.length === 0) return this.writing ?? undefined;
    const batch = this.waiting.splice(0, MAX_BATCH);
    this.writing = this.write(batch).finally(() => {
      this.writing = null;
    });
    await this.writing;
    this.tell(batch);
    if (this.waiting.length > 0) return this.flush();
  }

  private async write(batch: readonly Attempt[]): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        void this.disable(await this.record(batch));
        break;
      } catch (error) {
        // Given up at last: the claims run out and everything is sent again, as at-least-once allows.
        if (tries === 3) {
          this.log.error({ err: error }, 'results of webhooks could not be written; they are sent again');
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** Answers the endpoints that are to be disabled. Done twice, because nobody knows whether it was, it is done once. */
  private record(batch: readonly Attempt[]): Promise<Disabled[]> {
    return this.database.transaction(async (manager) => {
      await manager.query(RECORD_RESULTS, [JSON.stringify(batch.map(resultOf)), SYSTEM_TENANT_ID]);
      return this.putHealth(manager, batch);
    });
  }

  private async disable(endpoints: readonly Disabled[]): Promise<void> {
    for (const { tenantId, id, reason, at } of endpoints) {
      try {
        await this.shutdown.disable(tenantId, id, reason, at);
      } catch (error) {
        this.log.error({ err: error, webhook: id }, 'a webhook could not be disabled; at its next failure again');
      }
    }
  }

  /** A test says nothing about how it goes. */
  private async putHealth(manager: EntityManager, batch: readonly Attempt[]): Promise<Disabled[]> {
    const events = batch.filter(({ delivery }) => delivery.kind === 'event');
    // What goes well where everything goes well changes nothing, and is most of it.
    const telling = new Set(
      events.filter(({ delivery, verdict }) => verdict.problem !== null || !delivery.well).map(endpointOf),
    );
    const counted = events.filter((attempt) => telling.has(endpointOf(attempt)));
    const silent = new Map(
      events
        .filter((attempt) => !telling.has(endpointOf(attempt)))
        .map(({ delivery }) => [delivery.endpointId, delivery.tenantId]),
    );
    if (silent.size > 0) {
      await manager.query(FORGIVE, [[...silent.values()], [...silent.keys()], events[0]?.at]);
    }
    if (counted.length === 0) return [];
    const tenants = new Map(counted.map(({ delivery }) => [delivery.endpointId, delivery.tenantId]));
    const rows: HealthRow[] = await manager.query(LOCK_HEALTH, [[...tenants.values()], [...tenants.keys()]]);
    const disabled: Disabled[] = [];
    const changes = rows.map((row): HealthChange => {
      const attempts = counted.filter(({ delivery }) => delivery.endpointId === row.id);
      let change: HealthChange = { ...row, lastSuccessAt: null, lastFailureAt: null };
      for (const { at, verdict } of attempts) {
        if (verdict.problem === null) {
          change = { ...change, ...HEALTHY, lastSuccessAt: at };
          continue;
        }
        const { health, disable } = afterFailure(change, { at, ...verdict });
        change = { ...change, ...health, lastFailureAt: at };
        const reason = verdict.gone ? 'gone' : disable ? 'failing' : null;
        if (reason) disabled.push({ tenantId: row.tenantId, id: row.id, reason, at });
      }
      return change;
    });
    await manager.query(PUT_HEALTH, [JSON.stringify(changes)]);
    return disabled;
  }
}

interface Disabled {
  tenantId: string;
  id: string;
  reason: 'gone' | 'failing';
  at: Date;
}

const endpointOf = ({ delivery }: Attempt): string => delivery.endpointId;

function resultOf(attempt: Attempt): object {
  const { delivery, attemptId, verdict, at, statusCode, elapsedMs, headers, response } = attempt;
  const { tenantId, id, round, kind, attempt: number } = delivery;
  const delivered = verdict.problem === null;
  const over = delivered || verdict.gone || kind === 'test';
  const wait = over ? null : waitAfter(number, verdict.retryAfterMs, Math.random());
  return {
    tenantId,
    id,
    attemptId,
    round,
    attempt: number,
    statusCode,
    problem: verdict.problem,
    elapsedMs,
    headers,
    response,
    status: delivered ? 'delivered' : wait === null ? 'failed' : 'pending',
    nextAt: wait === null ? null : new Date(at.getTime() + wait),
    at,
  };
}
