import { SYSTEM_TENANT_ID } from '@kit/contracts';
import { jobOrigin, LOGGER, type Logger, SYSTEM_DATABASE, UnitOfWork } from '@kit/service';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { BookingMoves } from './booking-moves.js';
import { EXPIRED_HOLDS, TENANTS_WITH_EXPIRED_HOLDS } from './bookings.sql.js';

const BATCH = 50;
const POLL_MS = 10_000;

/**
 * Ends bookings that were not paid in time. The time is free already, since reads and other bookings see through such a
 * hold; this is how those who wait for the booking hear of it. Several processes may run it beside each other.
 */
@Injectable()
export class HoldExpiry implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;

  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: DataSource,
    private readonly work: UnitOfWork,
    private readonly moves: BookingMoves,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.sweep(), POLL_MS);
  }

  async onModuleDestroy(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.running;
  }

  /** Never two at once in one process. */
  sweep(): Promise<void> {
    this.running ??= this.expireEverywhere()
      .catch((error: unknown) => this.failed(error))
      .finally(() => {
        this.running = null;
      });
    return this.running;
  }

  private async expireEverywhere(): Promise<void> {
    const tenants: { tenantId: string; actorId: string | null }[] =
      await this.database.query(TENANTS_WITH_EXPIRED_HOLDS);
    // What goes wrong in one tenant keeps no other waiting.
    for (const { tenantId, actorId } of tenants)
      await this.expireIn(tenantId, actorId ?? SYSTEM_TENANT_ID).catch((error: unknown) =>
        this.failed(error, tenantId),
      );
  }

  private failed(error: unknown, tenantId?: string): void {
    this.log.warn({ err: error, tenantId }, 'expired holds could not be ended; trying again');
  }

  private async expireIn(tenantId: string, actorId: string): Promise<void> {
    for (let ended = BATCH; ended === BATCH; ) {
      ended = await this.work.runAs(jobOrigin(tenantId, 'hold-expiry', actorId), async (tx) => {
        const holds = await tx.query<{ id: string }>(EXPIRED_HOLDS, [tenantId, BATCH]);
        await this.moves.expire(
          tx,
          await this.moves.lockMany(
            tx,
            holds.map(({ id }) => id),
          ),
        );
        return holds.length;
      });
    }
  }
}
