import { LOGGER, type Logger, Nats } from '@kit/service';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { FlagCondition } from '@platform/contracts';
import { DataSource } from 'typeorm';
import type { FlagSet, StoredFlag } from './domain/evaluate.js';
import { ACTIVE_FLAGS, ALL_SEGMENTS, SET_VERSION } from './flags.sql.js';

/** Told to every instance, and to every gateway, which tells the pages that listen to it. */
export const FLAGS_CHANGED = 'platform.flags.changed';
/** How old what is known may be before somebody looks whether it still holds. */
const FRESH_MS = 1_000;

/**
 * All flags as they are, or were a second ago. They belong to no tenant, so they are read outside the unit of work, and
 * again only when something changed; while the database is away, what was known last still holds.
 */
@Injectable()
export class FlagStore implements OnApplicationBootstrap {
  private known: FlagSet | null = null;
  private checkedAt = 0;
  private changes = 0;
  private checking: Promise<FlagSet> | null = null;
  private readonly used = new Set<string>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly nats: Nats,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Whoever is told that flags have changed asks at once, and must not be answered with what was. */
  onApplicationBootstrap(): void {
    this.nats.connection.subscribe(FLAGS_CHANGED, { callback: () => this.lookAgain() });
  }

  /** Some flag has changed: tells everybody who wants to know. Whoever misses it looks by itself within a second. */
  announceChange(): void {
    this.lookAgain();
    if (this.nats.connected) this.nats.connection.publish(FLAGS_CHANGED);
  }

  private lookAgain(): void {
    this.changes += 1;
    this.checkedAt = 0;
  }

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
    const { changes } = this;
    try {
      const [{ version }] = (await this.dataSource.query(SET_VERSION)) as [{ version: string }];
      if (this.known?.version !== version) this.known = await this.read(version);
      // What changed while this was read may be missing from it.
      if (this.changes === changes) this.checkedAt = Date.now();
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
