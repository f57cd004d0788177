import { LOGGER, type Logger } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { FlagCondition } from '@platform/contracts';
import { DataSource } from 'typeorm';
import type { FlagSet, StoredFlag } from './domain/evaluate.js';
import { ACTIVE_FLAGS, ALL_SEGMENTS, SET_VERSION } from './flags.sql.js';

/** How old what is known may be before somebody looks whether it still holds. */
const FRESH_MS = 1_000;

/**
 * All flags as they are, or were a second ago. They belong to no tenant, so they are read outside the unit of work, and
 * again only when something changed; while the database is away, what was known last still holds.
 */
@Injectable()
export class FlagStore {
  private known: FlagSet | null = null;
  private checkedAt = 0;
  private checking: Promise<FlagSet> | null = null;
  private readonly used = new Set<string>();

  constructor(
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async current(): Promise<FlagSet> {
    if (this.known && Date.now() - this.checkedAt < FRESH_MS) return this.known;
    this.checking ??= this.check().finally(() => {
      this.checking = null;
    });
    return this.checking;
  }

  /** Flags that were asked for since the last time this was called. */
  takeUsed(): string[] {
    const keys = [...this.used];
    this.used.clear();
    return keys;
  }

  noteUse(key: string): void {
    this.used.add(key);
  }

  private async check(): Promise<FlagSet> {
    try {
      const [{ version }] = (await this.dataSource.query(SET_VERSION)) as [{ version: string }];
      if (this.known?.version !== version) this.known = await this.read(version);
      this.checkedAt = Date.now();
      return this.known;
    } catch (error) {
      if (!this.known) throw error;
      this.log.warn({ err: error }, 'feature flags could not be read; the last known ones still hold');
      this.checkedAt = Date.now();
      return this.known;
    }
  }

  private async read(version: string): Promise<FlagSet> {
    const [flags, segments] = (await Promise.all([
      this.dataSource.query(ACTIVE_FLAGS),
      this.dataSource.query(ALL_SEGMENTS),
    ])) as [StoredFlag[], { key: string; conditions: FlagCondition[] }[]];
    return {
      version,
      flags: new Map(flags.map((flag) => [flag.key, flag])),
      segments: new Map(segments.map(({ key, conditions }) => [key, conditions])),
    };
  }
}
