import { LOGGER, type Logger } from '@kit/service';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EXPIRED_BOOKINGS, TENANTS_WITH_EXPIRED_BOOKINGS } from './bookings.sql.js';
import { type Ending, Endings } from './endings.js';

const POLL_MS = 10_000;

const EXPIRED: Ending = {
  job: 'hold-expiry',
  tenants: TENANTS_WITH_EXPIRED_BOOKINGS,
  due: EXPIRED_BOOKINGS,
  end: (moves, tx, bookings) => moves.expire(tx, bookings),
};

/**
 * Ends bookings that were not paid in time, and drafts that nobody submitted. The time of the former is free already,
 * since reads and other bookings see through such a hold; this is how those who wait for the booking hear of it.
 */
@Injectable()
export class HoldExpiry implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;

  constructor(
    private readonly endings: Endings,
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
    this.running ??= this.endings
      .everywhere(EXPIRED)
      .catch((error: unknown) => this.log.warn({ err: error }, 'expired bookings could not be found; trying again'))
      .finally(() => {
        this.running = null;
      });
    return this.running;
  }
}
