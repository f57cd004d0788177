import { SYSTEM_TENANT_ID } from '@kit/contracts';
import { jobOrigin, LOGGER, type Logger, type Statement, SYSTEM_DATABASE, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { BookingMoves } from './booking-moves.js';
import type { LockedBooking } from './bookings.sql.js';

const BATCH = 200;

/** Bookings that come to an end by themselves. */
export interface Ending {
  readonly job: string;
  /** Across tenants: those in which there are any, with the user who acts there by himself. */
  readonly tenants: string;
  /** $1 tenant · $2 how many: which ones. Those that somebody else has at hand are left to them. */
  readonly due: Statement;
  readonly end: (moves: BookingMoves, tx: Tx, bookings: LockedBooking[]) => Promise<void>;
}

/**
 * Ends what is due, tenant by tenant and batch by batch, each with its history, event and audit record. Several
 * processes may do it beside each other.
 */
@Injectable()
export class Endings {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: DataSource,
    private readonly work: UnitOfWork,
    private readonly moves: BookingMoves,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async everywhere(ending: Ending): Promise<void> {
    const tenants: { tenantId: string; actorId: string | null }[] = await this.database.query(ending.tenants);
    // What goes wrong in one tenant keeps no other waiting.
    for (const { tenantId, actorId } of tenants) {
      await this.in(tenantId, actorId ?? SYSTEM_TENANT_ID, ending).catch((error: unknown) =>
        this.log.warn({ err: error, tenantId, job: ending.job }, 'bookings could not be ended; trying again'),
      );
    }
  }

  private async in(tenantId: string, actorId: string, { job, due, end }: Ending): Promise<void> {
    for (let ended = BATCH; ended === BATCH; ) {
      ended = await this.work.runAs(jobOrigin(tenantId, job, actorId), async (tx) => {
        const found = await tx.query<{ id: string }>(due, [tenantId, BATCH]);
        const bookings = await this.moves.lockMany(
          tx,
          found.map(({ id }) => id),
        );
        await end(this.moves, tx, bookings);
        return found.length;
      });
    }
  }
}
