import { createHash } from 'node:crypto';
import { MODULE_NOT_ENTITLED, NOT_FOUND, Refusal, SUBSCRIPTION_EXPIRED, SUBSCRIPTION_SUSPENDED } from '@kit/contracts';
import { originIn, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type LeaseUsage,
  METER_PERIOD_INVALID,
  METER_UNKNOWN,
  PRODUCT_MISMATCH,
  RETURN_INVALID,
  type ReturnedLease,
  type ReturnLease,
  type UsageLease,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { CountedAlready, release, take } from './counters.js';
import type { Licence } from './domain/licence.js';
import { type Period, periodNamed } from './domain/period.js';
import { readLicence } from './licence.queries.js';
import { settle } from './settle.js';
import {
  COUNTER,
  type CounterRow,
  INSERT_LEASE,
  LEASE_BY_REQUEST,
  type LeaseRow,
  MARK_RETURNED,
  METER,
  type MeterRow,
} from './usage.sql.js';

@Injectable()
export class UsageService {
  constructor(private readonly work: UnitOfWork) {}

  /**
   * Hands a product a block of a meter to spend by itself: what was asked for, or what is left. The same Idempotency-Key
   * answers the same block, so a lost answer loses nothing.
   */
  lease(ctx: RequestContext, request: LeaseUsage): Promise<UsageLease> {
    const product = productOfMeter(ctx, request.meter);
    const requestId = ctx.idempotencyKey === null ? uuidv7() : idOf(product, ctx.idempotencyKey);
    return onceMore(() =>
      this.work.runAs(originIn(request.tenantId, ctx), (tx) => this.block(tx, product, request, requestId)),
    );
  }

  /** What a product did not spend of a period's blocks: said as a sum, so that saying it twice is saying it once. */
  giveBack(ctx: RequestContext, { tenantId, meter, period, returned }: ReturnLease): Promise<ReturnedLease> {
    productOfMeter(ctx, meter);
    return this.work.runAs(originIn(tenantId, ctx), async (tx) => {
      const counter = await tx.one<CounterRow>(COUNTER, [tx.tenantId, meter, period]);
      if (returned > Number(counter.leased)) throw new Refusal(RETURN_INVALID);
      const values = [tx.tenantId, counter.id, returned, tx.now, tx.actorId];
      const [marked] = await tx.query<{ amount: string }>(MARK_RETURNED, values);
      if (!marked) return { amount: 0, used: Number(counter.used) };
      const amount = Number(marked.amount);
      const of = { key: period, startsAt: tx.now, endsAt: null };
      return { amount, used: await release(tx, { counter: meter, period: of, amount, kind: 'return' }) };
    });
  }

  private async block(tx: Tx, product: string, request: LeaseUsage, requestId: string): Promise<UsageLease> {
    const { meter } = request;
    const { period, limit } = await openMeter(tx, product, meter, request.period);
    const answer = answerOf(meter, period);
    if (limit === null) return answer({ unlimited: true, granted: 0, limit: null, used: 0 });

    const [known] = await tx.query<LeaseRow>(LEASE_BY_REQUEST, [tx.tenantId, requestId, meter]);
    if (known) return answer({ unlimited: false, granted: Number(known.amount), limit, used: Number(known.granted) });

    const taken = await take(tx, { counter: meter, period, amount: request.amount, kind: 'lease', upTo: true });
    const block = [taken.counterId, requestId, taken.amount, tx.now, tx.actorId];
    const [lease] = await tx.query(INSERT_LEASE, [tx.tenantId, ...block]);
    if (!lease) throw new CountedAlready();
    return answer({ unlimited: false, granted: taken.amount, limit: taken.limit, used: taken.used });
  }
}

/** @throws Refusal PRODUCT_MISMATCH when the meter is not the caller's */
export function productOfMeter({ principal }: RequestContext, meter: string): string {
  if (principal.kind !== 'product' || !meter.startsWith(`${principal.key}.`)) throw new Refusal(PRODUCT_MISMATCH);
  return principal.key;
}

/** Two requests that are one: the second finds what the first has counted. */
export async function onceMore<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof CountedAlready)) throw error;
    return attempt();
  }
}

/** A meter of a tenant that is licensed for it: its period and its limit, null for unlimited. */
export async function openMeter(
  tx: Tx,
  product: string,
  meter: string,
  named?: string,
): Promise<{ period: Period; limit: number | null }> {
  const read = async () => (await tx.query<MeterRow>(METER, [tx.tenantId, product, meter, tx.now]))[0];
  let row = await read();
  if (!row) throw new Refusal(NOT_FOUND);
  if (row.due) {
    await settle(tx);
    row = (await read()) as MeterRow;
  }
  const definition = row.meters?.find(({ key }) => key === meter);
  // Seats are counted by PLATFORM where people come and go.
  if (!definition || definition.seats) throw new Refusal(METER_UNKNOWN);
  const period = periodNamed(named, definition.period, tx.now, row.timezone);
  if (!period) throw new Refusal(METER_PERIOD_INVALID);
  requireLicence(await readLicence(tx, tx.tenantId, definition.module, tx.now), definition.module);
  if (!row.limited) throw new Refusal(MODULE_NOT_ENTITLED, { details: { module: definition.module } });
  return { period, limit: row.amount === null ? null : Number(row.amount) };
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

/** Keys are free text; the lease remembers them as an id. */
function idOf(product: string, key: string): string {
  const hex = createHash('sha256').update(`${product}\n${key}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
