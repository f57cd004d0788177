import { METERS, type MeterKey, OPEN_ON_OUTAGE } from '@digilist/contracts';
import {
  DEADLINE_EXCEEDED,
  LICENSED_ERRORS,
  LIMIT_EXCEEDED,
  Refusal,
  SERVICE_UNAVAILABLE,
  SYSTEM_TENANT_ID,
} from '@kit/contracts';
import { jobOrigin, LOGGER, type Logger, type RequestContext, RpcClient, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { leaseUsage, type UsageLease } from '@platform/contracts';
import { ADD_BLOCK, CONSUME, RUNNING_LEASE, type RunningLease } from './usage.sql.js';

/** Units taken from PLATFORM at once. The larger, the longer bookings go on without PLATFORM. */
const BLOCK = 50;
/** Of a small limit a small block: PLATFORM counts what it has granted, and warns by it. */
const SHARE = 20;
/** Of a request's three seconds, at most this for the way to PLATFORM. */
const LEASE_TIMEOUT_MS = 1_500;
/** How long PLATFORM's "unlimited" is believed before the copy of the entitlement says so itself. */
const UNLIMITED_MS = 5_000;

const UNDERSTOOD = new Set(
  [LIMIT_EXCEEDED, SERVICE_UNAVAILABLE, DEADLINE_EXCEEDED, ...LICENSED_ERRORS].map(({ code }) => code),
);

/** Thrown inside a transaction whose tenant has used up the leased block; never leaves `Usage.run`. */
class LeaseNeeded extends Error {
  constructor(
    readonly meter: MeterKey,
    readonly amount: number,
  ) {
    super(`the leased block of ${meter} is used up`);
  }
}

/**
 * Counts what the licence limits. PLATFORM hands out blocks, never above the limit; the effect and its count commit or
 * roll back together here, so bookings go on while PLATFORM is away and a block lasts.
 */
@Injectable()
export class Usage {
  private readonly asking = new Map<string, Promise<void>>();
  private readonly unlimited = new Map<string, number>();
  /** Transactions that may go beyond what was granted, because PLATFORM is away and the module goes on then. */
  private readonly overdrawing = new WeakSet<Tx>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly rpc: RpcClient,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** A use case that consumes: like `UnitOfWork.run`, run again whenever a block had to be fetched first. */
  async run<T>(ctx: RequestContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    let exceeded: Refusal | null = null;
    let overdraw = false;
    for (;;) {
      try {
        return await this.work.run(ctx, (tx) => {
          if (overdraw) this.overdrawing.add(tx);
          return work(tx);
        });
      } catch (error) {
        if (!(error instanceof LeaseNeeded)) throw error;
        // The last units may have come back, or arrived through another process, after PLATFORM said no: look once more.
        if (exceeded) throw exceeded;
        if (overdraw) throw new Refusal(SERVICE_UNAVAILABLE, { retryAfter: 2 });
        try {
          exceeded = await this.fetchBlock(ctx, error);
        } catch (trouble) {
          if (!isAway(trouble) || !OPEN_ON_OUTAGE.includes(METERS[error.meter].module)) throw trouble;
          overdraw = true;
        }
      }
    }
  }

  /** Takes `amount` off the meter in the caller's transaction. Call it inside `Usage.run`, before any row is locked. */
  async consume(tx: Tx, meter: MeterKey, amount = 1): Promise<void> {
    const { tenantId, now, actorId } = tx;
    if ((this.unlimited.get(`${tenantId} ${meter}`) ?? 0) > Date.now()) return;
    const overdraw = this.overdrawing.has(tx);
    const values = [tenantId, meter, amount, now, METERS[meter].module, actorId, overdraw];
    const [row] = await tx.query<{ consumed: boolean }>(CONSUME, values);
    if (!row?.consumed) throw new LeaseNeeded(meter, amount);
  }

  /** One request to PLATFORM per tenant and meter at a time, however many wait for it. */
  private async fetchBlock(ctx: RequestContext, { meter, amount }: LeaseNeeded): Promise<Refusal | null> {
    if (ctx.principal.kind !== 'user') throw new Error(`${meter} is consumed by users only`);
    const { tenantId } = ctx.principal;
    const key = `${tenantId} ${meter}`;
    const asking =
      this.asking.get(key) ??
      this.lease(ctx, tenantId, meter, amount).finally(() => {
        this.asking.delete(key);
      });
    this.asking.set(key, asking);
    try {
      await asking;
      return null;
    } catch (error) {
      if (error instanceof Refusal && error.code === LIMIT_EXCEEDED.code) return error;
      throw error;
    }
  }

  private async lease(ctx: RequestContext, tenantId: string, meter: MeterKey, amount: number): Promise<void> {
    const running = await this.running(ctx, tenantId, meter);
    const answer = await this.ask(ctx, tenantId, meter, blockOf(amount, running), running);
    if (answer.unlimited) {
      this.unlimited.set(`${tenantId} ${meter}`, Date.now() + UNLIMITED_MS);
      return;
    }
    const actor = running.serviceUserId ?? SYSTEM_TENANT_ID;
    await this.work.runAs(jobOrigin(tenantId, 'lease-usage', actor, ctx.now), (tx) =>
      tx.query(ADD_BLOCK, [tenantId, meter, answer.period, answer.granted, answer.resetsAt, actor, running.granted]),
    );
  }

  private async running(ctx: RequestContext, tenantId: string, meter: MeterKey): Promise<RunningLease> {
    return this.work.runAs(jobOrigin(tenantId, 'lease-usage', SYSTEM_TENANT_ID, ctx.now), (tx) =>
      tx.one<RunningLease & Record<string, unknown>>(RUNNING_LEASE, [tenantId, meter, tx.now, METERS[meter].module]),
    );
  }

  /**
   * The key names the block by what was granted before it: whoever asks again after a crash, or beside us, gets the same
   * block and not another one.
   */
  private async ask(
    ctx: RequestContext,
    tenantId: string,
    meter: MeterKey,
    amount: number,
    running: RunningLease,
  ): Promise<UsageLease> {
    const { requestId, traceparent } = ctx;
    // Not the deadline of this request: others wait for the same answer.
    const deadline = Date.now() + LEASE_TIMEOUT_MS;
    const period = periodOf(meter, ctx.now, running.timezone);
    const idempotencyKey = [tenantId, meter, period, running.granted].join(':');
    const request = { tenantId, meter, period, amount };
    try {
      return await this.rpc.call({ requestId, traceparent, deadline }, leaseUsage, request, { idempotencyKey });
    } catch (error) {
      if (!(error instanceof Refusal) || UNDERSTOOD.has(error.code)) throw error;
      this.log.error({ err: error, meter, tenantId }, 'PLATFORM does not lease');
      throw new Refusal(SERVICE_UNAVAILABLE, { retryAfter: 2 });
    }
  }
}

/** What is needed now and what was overdrawn at least, and a share of the limit beyond it. */
function blockOf(amount: number, { overdrawn, limit }: RunningLease): number {
  const share = limit === null ? BLOCK : Math.max(1, Math.floor(Number(limit) / SHARE));
  return Math.max(amount, Math.min(BLOCK, share)) + overdrawn;
}

const isAway = (error: unknown): boolean =>
  error instanceof Refusal && (error.code === SERVICE_UNAVAILABLE.code || error.code === DEADLINE_EXCEEDED.code);

/** PLATFORM's name of the running period: meters start again where the tenant is, not where the server is. */
function periodOf(meter: MeterKey, now: Date, timeZone: string): string {
  if (METERS[meter].period === 'total') return 'total';
  return new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit' }).format(now);
}
