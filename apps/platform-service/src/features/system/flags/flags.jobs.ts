import { LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { FlagChangesService } from './flag-changes.service.js';
import { FlagStore } from './flag-store.js';
import { MARK_USED } from './flags.sql.js';

const WRITE_USE_MS = 60_000;

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

/** Writes down which flags somebody still asks for. Each process knows of its own answers only, so this is no shared job. */
@Injectable()
export class FlagUse {
  private timer: NodeJS.Timeout | null = null;

  constructor(
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly store: FlagStore,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.write(), WRITE_USE_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.write();
  }

  private async write(): Promise<void> {
    const keys = this.store.takeUsed();
    if (keys.length === 0) return;
    await this.system
      .query(MARK_USED, [keys, new Date()])
      .catch((error) => this.log.warn({ err: error }, 'which flags are used could not be written down'));
  }
}
