import { createHash } from 'node:crypto';
import {
  LIMIT_EXCEEDED,
  MODULE_NOT_ENTITLED,
  NOT_FOUND,
  Refusal,
  SUBSCRIPTION_EXPIRED,
  SUBSCRIPTION_SUSPENDED,
} from '@kit/contracts';
import { originIn, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type LeaseUsage,
  METER_PERIOD_INVALID,
  METER_UNKNOWN,
  PRODUCT_MISMATCH,
  type UsageLease,
  usageThresholdReached,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { type Licence, thresholdsPassed } from './domain/licence.js';
import { type Period, periodNamed } from './domain/period.js';
import { readLicence } from './licence.queries.js';
import {
  ENSURE_COUNTER,
  INSERT_LEASE,
  LEASE_BY_REQUEST,
  type LeaseRow,
  METER,
  type MeterRow,
  TAKE_BLOCK,
  type TakenRow,
} from './licensing.sql.js';

/** Another request with the same key took the block first; what this one took is rolled back. */
class TakenAlready extends Error {}

@Injectable()
export class UsageService {
  constructor(private readonly work: UnitOfWork) {}

  /**
   * Hands a product a block of a meter to spend by itself: what was asked for, or what is left. The same Idempotency-Key
   * answers the same block, so a lost answer loses nothing.
   */
  async lease(ctx: RequestContext, request: LeaseUsage): Promise<UsageLease> {
    const { principal } = ctx;
    if (principal.kind !== 'product') throw new Refusal(PRODUCT_MISMATCH);
    if (!request.meter.startsWith(`${principal.key}.`)) throw new Refusal(PRODUCT_MISMATCH);
    const requestId = ctx.idempotencyKey === null ? uuidv7() : idOf(principal.key, ctx.idempotencyKey);
    const attempt = () =>
      this.work.runAs(originIn(request.tenantId, ctx), (tx) => this.take(tx, principal.key, request, requestId));
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TakenAlready)) throw error;
      return attempt();
    }
  }

  private async take(tx: Tx, product: string, request: LeaseUsage, requestId: string): Promise<UsageLease> {
    const { meter } = request;
    const [row] = await tx.query<MeterRow>(METER, [tx.tenantId, product, meter]);
    if (!row) throw new Refusal(NOT_FOUND);
    const definition = row.meters?.find(({ key }) => key === meter);
    if (!definition) throw new Refusal(METER_UNKNOWN);
    const period = periodNamed(request.period, definition.period, tx.now, row.timezone);
    if (!period) throw new Refusal(METER_PERIOD_INVALID);

    requireLicence(await readLicence(tx, tx.tenantId, definition.module, tx.now), definition.module);
    if (!row.limited) throw new Refusal(MODULE_NOT_ENTITLED, { details: { module: definition.module } });
    const answer = answerOf(meter, period);
    if (row.limit_amount === null) return answer({ unlimited: true, granted: 0, limit: null, used: 0 });
    const limit = Number(row.limit_amount);

    const [known] = await tx.query<LeaseRow>(LEASE_BY_REQUEST, [tx.tenantId, requestId, meter]);
    if (known) return answer({ unlimited: false, granted: Number(known.amount), limit, used: Number(known.granted) });

    const by = [tx.now, tx.actorId];
    await tx.query(ENSURE_COUNTER, [tx.tenantId, meter, period.key, ...by]);
    const [taken] = await tx.query<TakenRow>(TAKE_BLOCK, [tx.tenantId, meter, period.key, request.amount, ...by]);
    if (!taken) throw exceeded(meter, period, limit, tx.now);
    const before = Number(taken.before);
    const used = Number(taken.after);
    const granted = used - before;
    const [lease] = await tx.query(INSERT_LEASE, [tx.tenantId, taken.id, requestId, granted, ...by]);
    if (!lease) throw new TakenAlready();
    this.warn(tx, taken, { meter, period: period.key, before, used });
    return answer({ unlimited: false, granted, limit: Number(taken.limit_amount), used });
  }

  /** Before and after come from the row's own change, so each threshold is passed by exactly one lease. */
  private warn(
    tx: Tx,
    taken: TakenRow,
    { meter, period, before, used }: { meter: string; period: string; before: number; used: number },
  ) {
    const limit = Number(taken.limit_amount);
    for (const threshold of thresholdsPassed(before, used, limit)) {
      const data = { meter, period, threshold, used, limit };
      tx.emit(usageThresholdReached, { id: taken.id, version: taken.version, data });
    }
  }
}

const answerOf =
  (meter: string, { key, endsAt }: Period) =>
  (block: Pick<UsageLease, 'unlimited' | 'granted' | 'limit' | 'used'>): UsageLease => ({
    meter,
    period: key,
    ...block,
    resetsAt: endsAt?.toISOString() ?? null,
  });

function requireLicence(licence: Licence, module: string): void {
  const details = { module };
  if (licence === 'suspended') throw new Refusal(SUBSCRIPTION_SUSPENDED, { details });
  if (licence === 'expired') throw new Refusal(SUBSCRIPTION_EXPIRED, { details });
  if (licence === 'not_entitled') throw new Refusal(MODULE_NOT_ENTITLED, { details });
}

function exceeded(meter: string, { key, endsAt }: Period, limit: number, now: Date): Refusal {
  const retryAfter = endsAt === null ? undefined : Math.ceil((endsAt.getTime() - now.getTime()) / 1000);
  return new Refusal(LIMIT_EXCEEDED, {
    details: { meter, period: key, limit, used: limit, resetsAt: endsAt?.toISOString() ?? null },
    ...(retryAfter !== undefined && { retryAfter }),
  });
}

/** Keys are free text; the lease remembers them as an id. */
function idOf(product: string, key: string): string {
  const hex = createHash('sha256').update(`${product}\n${key}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
