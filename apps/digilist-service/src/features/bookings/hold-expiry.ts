import { LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { EXPIRED_BOOKINGS, TENANTS_WITH_EXPIRED_BOOKINGS } from './bookings.sql.js';
import { type Ending, Endings } from './endings.js';

const EVERY_MS = 10_000;

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
export class HoldExpiry extends PeriodicJob {
  constructor(
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
    private readonly endings: Endings,
  ) {
    super('hold-expiry', EVERY_MS, system, log);
  }

  sweep(): Promise<void> {
    return this.turn(new Date());
  }

  protected run(): Promise<void> {
    return this.endings.everywhere(EXPIRED);
  }
}
