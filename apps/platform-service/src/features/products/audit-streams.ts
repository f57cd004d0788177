import { LOGGER, type Logger, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { AuditStreamDefinition } from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { AuditFeed, OWN_AUDIT_STREAM } from '../compliance/index.js';
import { AUDIT_STREAMS } from './products.sql.js';

/** At start, takes up the audit streams of all products that ever registered; they need not be there themselves. */
@Injectable()
export class AuditStreams implements OnApplicationBootstrap {
  constructor(
    private readonly feed: AuditFeed,
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.feed.follow('platform', OWN_AUDIT_STREAM);
    const products: { key: string; stream: AuditStreamDefinition }[] = await this.system.query(AUDIT_STREAMS.text);
    for (const { key, stream } of products) this.feed.follow(key, stream);
    this.log.info({ products: products.map(({ key }) => key) }, 'audit streams are followed');
  }
}
