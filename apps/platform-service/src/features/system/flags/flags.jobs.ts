import { LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { FlagChangesService } from './flag-changes.service.js';
import { FlagStore } from './flag-store.js';
import { MARK_USED } from './flags.sql.js';

/** Applies approved changes when their hour has come. */
@Injectable()
export class ScheduledFlagChanges extends PeriodicJob {
  constructor(
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
    private readonly changes: FlagChangesService,
  ) {
    super('platform.scheduled-flag-changes', 5_000, system, log);
  }

  protected override run(now: Date): Promise<void> {
    return this.changes.applyDue(now);
  }
}

/** Writes down which flags somebody still asks for; of each process by itself, so without the others' lock. */
@Injectable()
export class FlagUse extends PeriodicJob {
  constructor(
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
    private readonly store: FlagStore,
  ) {
    super(`platform.flag-use.${process.pid}`, 60_000, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    const keys = this.store.takeUsed();
    if (keys.length > 0) await this.system.query(MARK_USED, [keys, now]);
  }
}
