import { Module } from '@nestjs/common';
import { IdentityModule } from '../../identity/index.js';
import { BundlesService } from './bundles.service.js';
import { ConsentsController } from './consents.controller.js';
import { ConsentsService } from './consents.service.js';
import { ErasureService } from './erasure.service.js';
import { LegalHoldsService } from './legal-holds.service.js';
import { ParticipationService } from './participation.service.js';
import { PrivacyJob } from './privacy.job.js';
import { ProcessingActivitiesQueries } from './processing-activities.queries.js';
import { RequestNotices } from './request-notices.js';
import { RequestsController } from './requests.controller.js';
import { RequestsService } from './requests.service.js';
import { RequestsWorker } from './requests.worker.js';

@Module({
  imports: [IdentityModule],
  controllers: [ConsentsController, RequestsController],
  providers: [
    BundlesService,
    ConsentsService,
    ErasureService,
    LegalHoldsService,
    ParticipationService,
    PrivacyJob,
    ProcessingActivitiesQueries,
    RequestNotices,
    RequestsService,
    RequestsWorker,
  ],
})
export class PrivacyModule {}
