import { Module } from '@nestjs/common';
import { CONFIG, type PlatformConfig } from '../../config.js';
import { AuditFeed } from './audit-feed.consumer.js';
import { AuditLogService } from './audit-log.service.js';
import { ChainKey } from './chain-key.js';
import { ComplianceController } from './compliance.controller.js';
import { ComplianceQueries } from './compliance.queries.js';
import { PartitionsJob } from './partitions.job.js';

@Module({
  controllers: [ComplianceController],
  providers: [
    AuditFeed,
    AuditLogService,
    ComplianceQueries,
    PartitionsJob,
    { provide: ChainKey, inject: [CONFIG], useFactory: (config: PlatformConfig) => new ChainKey(config) },
  ],
  exports: [AuditFeed],
})
export class ComplianceModule {}
