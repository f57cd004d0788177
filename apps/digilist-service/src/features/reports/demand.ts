import { createHash } from 'node:crypto';
import {
  type CreateBooking,
  type CreateRecurringBooking,
  LISTING_NOT_BOOKABLE,
  type Occurrence,
  type RecurringBooking,
  RULE_VIOLATION,
  SERIES_CONFLICT,
  SLOT_CONFLICT,
} from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { jobOrigin, LOGGER, type Logger, type RequestContext, UnitOfWork, userOf } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { WRITE_REFUSED } from './demand.sql.js';

/** Refusals that mean: somebody wanted the place and did not get it. */
const UNMET = new Set([SLOT_CONFLICT, RULE_VIOLATION, LISTING_NOT_BOOKABLE].map(({ code }) => code));
const WRITE_MS = 1_000;
/** What is remembered until it is written; beyond this it is not counted. */
const MOST_WAITING = 5_000;
/** Who asks for the same again within an hour wants it no more than before. */
const SAME_MS = 3_600_000;
const MOST_REMEMBERED = 50_000;

type Wanted = 'zoneId' | 'startsAt' | 'endsAt' | 'localStartsAt' | 'localEndsAt' | 'quantity';
type Ask = Pick<CreateBooking, 'listingId'> & { [key in Wanted]?: CreateBooking[key] | undefined } & { code: string };

/**
 * Counts what was asked for by booking and refused: the reports show what could have been let besides. The refusing
 * transaction has written nothing, so this is written after it, in batches: a process that dies loses a second of it. Who
 * asked is only known here, as a hash in memory, so that pressing the button again does not count again.
 */
@Injectable()
export class Demand {
  private readonly waiting = new Map<string, Ask[]>();
  private readonly known = new Map<string, number>();
  private count = 0;
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly work: UnitOfWork,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Passes on what `asked` answers or refuses. */
  async ofBooking<T>(ctx: RequestContext, request: CreateBooking, asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch (error) {
      if (error instanceof Refusal && UNMET.has(error.code)) this.note(ctx, [{ ...request, code: error.code }]);
      throw error;
    }
  }

  /** The same for each date of a series. */
  async ofSeries(
    ctx: RequestContext,
    request: CreateRecurringBooking,
    asked: Promise<RecurringBooking>,
  ): Promise<RecurringBooking> {
    const { listingId, zoneId, quantity } = request;
    const note = (occurrences: readonly Occurrence[]) =>
      this.note(
        ctx,
        occurrences
          .filter(({ outcome }) => outcome === 'conflict' || outcome === 'rule')
          .map(({ startsAt, endsAt, reasons }): Ask => {
            const code = reasons[0]?.code ?? SLOT_CONFLICT.code;
            return { listingId, zoneId, startsAt: startsAt ?? undefined, endsAt: endsAt ?? undefined, quantity, code };
          }),
      );
    try {
      const answer = await asked;
      if (!answer.dryRun) note(answer.occurrences);
      return answer;
    } catch (error) {
      if (error instanceof Refusal && error.code === SERIES_CONFLICT.code)
        note((error.details as { occurrences: Occurrence[] }).occurrences);
      throw error;
    }
  }

  /** Writes what is left. */
  async onModuleDestroy(): Promise<void> {
    this.write();
    await this.writing;
  }

  private note(ctx: RequestContext, asks: readonly Ask[]): void {
    const { tenantId, userId } = userOf(ctx);
    for (const { listingId, zoneId, startsAt, endsAt, localStartsAt, localEndsAt, quantity = 1, code } of asks) {
      const ask = { listingId, zoneId, startsAt, endsAt, localStartsAt, localEndsAt, quantity, code };
      if (this.count >= MOST_WAITING || this.isKnown([userId, { ...ask, code: null }], ctx.now)) continue;
      const ofTenant = this.waiting.get(tenantId) ?? [];
      ofTenant.push(ask);
      this.waiting.set(tenantId, ofTenant);
      this.count += 1;
    }
    this.timer ??= setTimeout(() => this.write(), WRITE_MS).unref();
  }

  private isKnown(asked: unknown, now: Date): boolean {
    const hash = createHash('sha256').update(JSON.stringify(asked)).digest('base64');
    const since = this.known.get(hash);
    if (since !== undefined && now.getTime() - since < SAME_MS) return true;
    // The oldest is the first.
    if (this.known.size >= MOST_REMEMBERED) this.known.delete(this.known.keys().next().value as string);
    this.known.delete(hash);
    this.known.set(hash, now.getTime());
    return false;
  }

  private write(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const batches = [...this.waiting];
    this.waiting.clear();
    this.count = 0;
    this.writing = this.writing.then(async () => {
      for (const [tenantId, asks] of batches) {
        await this.work
          .runAs(jobOrigin(tenantId, 'refused-demand'), (tx) =>
            tx.query(WRITE_REFUSED, [tenantId, tx.actorId, JSON.stringify(asks)]),
          )
          .catch((error) => this.log.warn({ err: error, tenantId }, 'what was asked for in vain could not be counted'));
      }
    });
  }
}
