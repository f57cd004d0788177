import { LOGGER, type Logger, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { ENSURE_PARTITIONS } from './compliance.sql.js';

const MONTHS_AHEAD = 2;
const EVERY_MS = 12 * 3_600_000;

/**
 * Keeps the audit log's partitions ahead of time: at each start and twice a day, through the one function that the system
 * role may call and the owner runs. Two months ahead, so a process that lives on through a failure has weeks to be noticed.
 */
@Injectable()
export class PartitionsJob implements OnModuleInit, OnApplicationShutdown {
  private timer: NodeJS.Timeout | null = null;

  constructor(
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.system.query(ENSURE_PARTITIONS, [MONTHS_AHEAD]);
    this.timer = setInterval(() => {
      this.system.query(ENSURE_PARTITIONS, [MONTHS_AHEAD]).catch((error: unknown) => {
        this.log.error({ err: error }, 'partitions of the audit log could not be created ahead');
      });
    }, EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }
}
