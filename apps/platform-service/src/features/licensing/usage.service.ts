import { createHash } from 'node:crypto';
import { MODULE_NOT_ENTITLED, NOT_FOUND, Refusal, SUBSCRIPTION_EXPIRED, SUBSCRIPTION_SUSPENDED } from '@kit/contracts';
import { originIn, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type LeaseUsage,
  METER_PERIOD_INVALID,
  METER_UNKNOWN,
  PRODUCT_MISMATCH,
  type UsageLease,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { CountedAlready, take } from './counters.js';
import type { Licence } from './domain/licence.js';
import { type Period, periodNamed } from './domain/period.js';
import { readLicence } from './licence.queries.js';
import { INSERT_LEASE, LEASE_BY_REQUEST, type LeaseRow, METER, type MeterRow } from './usage.sql.js';

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
      if (!(error instanceof CountedAlready)) throw error;
      return attempt();
    }
  }

  private async take(tx: Tx, product: string, request: LeaseUsage, requestId: string): Promise<UsageLease> {
    const { meter } = request;
    const [row] = await tx.query<MeterRow>(METER, [tx.tenantId, product, meter, tx.now]);
    if (!row) throw new Refusal(NOT_FOUND);
    const definition = row.meters?.find(({ key }) => key === meter);
    if (!definition) throw new Refusal(METER_UNKNOWN);
    const period = periodNamed(request.period, definition.period, tx.now, row.timezone);
    if (!period) throw new Refusal(METER_PERIOD_INVALID);

    requireLicence(await readLicence(tx, tx.tenantId, definition.module, tx.now), definition.module);
    if (!row.limited) throw new Refusal(MODULE_NOT_ENTITLED, { details: { module: definition.module } });
    const answer = answerOf(meter, period);
    if (row.amount === null) return answer({ unlimited: true, granted: 0, limit: null, used: 0 });
    const limit = Number(row.amount);

    const [known] = await tx.query<LeaseRow>(LEASE_BY_REQUEST, [tx.tenantId, requestId, meter]);
    if (known) return answer({ unlimited: false, granted: Number(known.amount), limit, used: Number(known.granted) });

    const taken = await take(tx, { counter: meter, period, amount: request.amount, kind: 'lease', upTo: true });
    const block = [taken.counterId, requestId, taken.amount, tx.now, tx.actorId];
    const [lease] = await tx.query(INSERT_LEASE, [tx.tenantId, ...block]);
    if (!lease) throw new CountedAlready();
    return answer({ unlimited: false, granted: taken.amount, limit: taken.limit, used: taken.used });
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

/** Keys are free text; the lease remembers them as an id. */
function idOf(product: string, key: string): string {
  const hex = createHash('sha256').update(`${product}\n${key}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
