import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type ConsentPurposeKey,
  type ConsentsOfUser,
  getConsentReceipt,
  listConsents,
  listConsentsOfUser,
  listProcessingActivities,
  type PutConsent,
  putConsent,
  type RecordConsent,
  recordConsent,
} from '@platform/contracts';
import { ConsentsService } from './consents.service.js';
import { ProcessingActivitiesQueries } from './processing-activities.queries.js';

@Controller()
export class ConsentsController {
  constructor(
    private readonly consents: ConsentsService,
    private readonly activities: ProcessingActivitiesQueries,
  ) {}

  @Handles(listConsents)
  list(ctx: RequestContext) {
    return this.consents.own(ctx);
  }

  @Handles(putConsent)
  put(ctx: RequestContext, request: PutConsent) {
    return this.consents.put(ctx, request);
  }

  @Handles(getConsentReceipt)
  receipt(ctx: RequestContext, { purposeKey }: ConsentPurposeKey) {
    return this.consents.lastReceipt(ctx, purposeKey);
  }

  @Handles(listConsentsOfUser)
  ofUser(ctx: RequestContext, { id }: ConsentsOfUser) {
    return this.consents.ofUser(ctx, id);
  }

  @Handles(recordConsent)
  record(ctx: RequestContext, request: RecordConsent) {
    return this.consents.record(ctx, request);
  }

  @Handles(listProcessingActivities)
  processing(ctx: RequestContext) {
    return this.activities.list(ctx);
  }
}
