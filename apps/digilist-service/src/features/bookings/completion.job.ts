import { LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { COMPLETED_BOOKINGS, TENANTS_WITH_COMPLETED_BOOKINGS } from './bookings.sql.js';
import { type Ending, Endings } from './endings.js';

const EVERY_MS = 15 * 60_000;

const COMPLETED: Ending = {
  job: 'booking-completion',
  tenants: TENANTS_WITH_COMPLETED_BOOKINGS,
  due: COMPLETED_BOOKINGS,
  end: (moves, tx, bookings) => moves.complete(tx, bookings, null),
};

/** Completes what nobody has said anything about a day after its end: by then staff has had time to say that nobody came. */
@Injectable()
export class CompletionJob extends PeriodicJob {
  constructor(
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
    private readonly endings: Endings,
  ) {
    super('booking-completion', EVERY_MS, system, log);
  }

  protected run(): Promise<void> {
    return this.endings.everywhere(COMPLETED);
  }
}
