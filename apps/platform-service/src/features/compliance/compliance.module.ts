import { Module } from '@nestjs/common';
import { AnchorFiles } from './anchor-files.js';
import { AnchorsJob } from './anchors.job.js';
import { Anchors } from './anchors.js';
import { AuditExport } from './audit-export.js';
import { AuditFeed } from './audit-feed.consumer.js';
import { AuditHoldsService } from './audit-holds.service.js';
import { AuditKeys } from './audit-keys.js';
import { AuditLogService } from './audit-log.service.js';
import { AuditVerifier } from './audit-verifier.js';
import { ChainKey } from './chain-key.js';
import { ChainReader } from './chain-reader.js';
import { ComplianceController } from './compliance.controller.js';
import { ComplianceQueries } from './compliance.queries.js';
import { PersonalData } from './personal-data.js';
import { AuditRetentionJob } from './retention.job.js';
import { StoredKeys } from './stored-keys.js';

@Module({
  controllers: [ComplianceController],
  providers: [
    AnchorFiles,
    Anchors,
    AnchorsJob,
    AuditExport,
    AuditFeed,
    AuditHoldsService,
    AuditKeys,
    AuditLogService,
    AuditRetentionJob,
    AuditVerifier,
    ChainKey,
    ChainReader,
    ComplianceQueries,
    PersonalData,
    StoredKeys,
  ],
  exports: [AuditFeed],
})
export class ComplianceModule {}
