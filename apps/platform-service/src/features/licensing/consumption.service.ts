import { Refusal } from '@kit/contracts';
import { originIn, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type CommitUsage,
  type ConsumeUsage,
  type CountedUsage,
  type OfReservation,
  RESERVATION_CLOSED,
  type ReserveUsage,
  type UsageReservation,
} from '@platform/contracts';
import { exceeded, release, take, tryTake } from './counters.js';
import type { Period } from './domain/period.js';
import { onceMore, openMeter, productOfMeter } from './usage.service.js';
import {
  CLOSE_RESERVATION,
  EVENT_COUNTED,
  INSERT_RESERVATION,
  LOCK_RESERVATION,
  RESERVATION_BY_EVENT,
  type ReservationRow,
} from './usage.sql.js';

const DEFAULT_TTL_SECONDS = 300;

/** Uses that a product has counted one by one, at once or after a reservation. */
@Injectable()
export class ConsumptionService {
  constructor(private readonly work: UnitOfWork) {}

  consume(ctx: RequestContext, request: ConsumeUsage): Promise<CountedUsage> {
    const { tenantId, meter, amount } = request;
    const product = productOfMeter(ctx, meter);
    const eventId = `${product}:consume:${request.eventId}`;
    return onceMore(() =>
      this.work.runAs(originIn(tenantId, ctx), async (tx) => {
        const counted = async () =>
          (await tx.query<{ period_key: string; used: string }>(EVENT_COUNTED, [tx.tenantId, eventId, meter]))[0];
        let known = await counted();
        const { period, limit } = await openMeter(tx, product, meter);
        const taken = known ? null : await tryTake(tx, { counter: meter, period, amount, kind: 'consume', eventId });
        // The same event may have taken the last one while this one waited for it.
        known ??= taken ? undefined : await counted();
        if (!known && !taken) throw await exceeded(tx, meter, period);
        return {
          meter,
          period: known?.period_key ?? period.key,
          limit,
          used: Number(known?.used ?? taken?.used),
          resetsAt: period.endsAt?.toISOString() ?? null,
          repeated: known !== undefined,
        };
      }),
    );
  }

  reserve(ctx: RequestContext, request: ReserveUsage): Promise<UsageReservation> {
    const { tenantId, meter, amount, ttlSeconds = DEFAULT_TTL_SECONDS } = request;
    const product = productOfMeter(ctx, meter);
    const eventId = `${product}:reserve:${request.eventId}`;
    return onceMore(() =>
      this.work.runAs(originIn(tenantId, ctx), async (tx) => {
        const reserved = async () =>
          (await tx.query<ReservationRow>(RESERVATION_BY_EVENT, [tx.tenantId, eventId, meter]))[0];
        const known = await reserved();
        if (known) return toReservation(known, tx.now);
        const { period } = await openMeter(tx, product, meter);
        const taken = await tryTake(tx, { counter: meter, period, amount, kind: 'reserve', eventId });
        if (taken) {
          const expiresAt = new Date(tx.now.getTime() + ttlSeconds * 1000);
          const values = [taken.counterId, eventId, amount, expiresAt, tx.now, tx.actorId];
          await tx.query(INSERT_RESERVATION, [tx.tenantId, ...values]);
        }
        const row = await reserved();
        if (!row) throw await exceeded(tx, meter, period);
        return toReservation(row, tx.now);
      }),
    );
  }

  commit(ctx: RequestContext, request: CommitUsage): Promise<UsageReservation> {
    return this.close(ctx, request, async (tx, row) => {
      const held = Number(row.amount);
      const amount = request.amount ?? held;
      if (row.status === 'committed' && amount === Number(row.committed)) return;
      requireOpen(row, tx.now);
      const settled = { counter: row.meter, period: periodOf(row), kind: 'settle' } as const;
      if (amount > held) await take(tx, { ...settled, amount: amount - held });
      if (amount < held) await release(tx, { ...settled, amount: held - amount });
      await tx.query(CLOSE_RESERVATION, [tx.tenantId, row.id, 'committed', amount, tx.now, tx.actorId]);
    });
  }

  release(ctx: RequestContext, request: OfReservation): Promise<UsageReservation> {
    return this.close(ctx, request, async (tx, row) => {
      if (row.status === 'released' || row.status === 'expired') return;
      requireOpen(row, tx.now, true);
      await release(tx, { counter: row.meter, period: periodOf(row), amount: Number(row.amount), kind: 'release' });
      await tx.query(CLOSE_RESERVATION, [tx.tenantId, row.id, 'released', null, tx.now, tx.actorId]);
    });
  }

  private close(
    ctx: RequestContext,
    { tenantId, id }: OfReservation,
    end: (tx: Tx, row: ReservationRow) => Promise<void>,
  ): Promise<UsageReservation> {
    return this.work.runAs(originIn(tenantId, ctx), async (tx) => {
      const read = () => tx.one<ReservationRow>(LOCK_RESERVATION, [tx.tenantId, id]);
      const row = await read();
      productOfMeter(ctx, row.meter);
      await end(tx, row);
      return toReservation(await read(), tx.now);
    });
  }
}

/** What has run out cannot be settled any more, whether or not it was written down: somebody else may have it. */
function requireOpen(row: ReservationRow, now: Date, late = false): void {
  if (row.status === 'open' && (late || row.expires_at > now)) return;
  const status = row.status === 'open' ? 'expired' : row.status;
  throw new Refusal(RESERVATION_CLOSED, { details: { status } });
}

const periodOf = (row: ReservationRow): Period => ({ key: row.period_key, startsAt: row.expires_at, endsAt: null });

const toReservation = (row: ReservationRow, now: Date): UsageReservation => ({
  id: row.id,
  meter: row.meter,
  period: row.period_key,
  amount: Number(row.amount),
  committed: row.committed === null ? null : Number(row.committed),
  status: row.status === 'open' && row.expires_at <= now ? 'expired' : row.status,
  expiresAt: row.expires_at.toISOString(),
  used: Number(row.used),
});
