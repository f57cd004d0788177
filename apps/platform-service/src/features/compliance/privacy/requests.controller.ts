import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type ClosePersonalData,
  type ConfirmIdentity,
  type CreateDataSubjectRequest,
  cancelDataSubjectRequest,
  closePersonalData,
  confirmDataSubjectIdentity,
  createDataSubjectRequest,
  type DataSubjectRequestId,
  type DecideDataSubjectRequest,
  type DownloadBundle,
  decideDataSubjectRequest,
  downloadDataSubjectBundle,
  type ExtendDataSubjectRequest,
  extendDataSubjectRequest,
  getDataSubjectRequest,
  type LiftLegalHold,
  type ListDataSubjectRequests,
  type ListLegalHolds,
  liftLegalHold,
  liftRestriction,
  listDataSubjectRequests,
  listLegalHolds,
  type OverrideParticipant,
  overrideParticipant,
  type PlaceLegalHold,
  placeLegalHold,
  type ReportPersonalData,
  reportPersonalData,
} from '@platform/contracts';
import { BundlesService } from './bundles.service.js';
import { LegalHoldsService } from './legal-holds.service.js';
import { ParticipationService } from './participation.service.js';
import { RequestsService } from './requests.service.js';

@Controller()
export class RequestsController {
  constructor(
    private readonly requests: RequestsService,
    private readonly participation: ParticipationService,
    private readonly bundles: BundlesService,
    private readonly holds: LegalHoldsService,
  ) {}

  @Handles(createDataSubjectRequest)
  create(ctx: RequestContext, request: CreateDataSubjectRequest) {
    return this.requests.create(ctx, request);
  }

  @Handles(listDataSubjectRequests)
  list(ctx: RequestContext, query: ListDataSubjectRequests) {
    return this.requests.list(ctx, query);
  }

  @Handles(getDataSubjectRequest)
  get(ctx: RequestContext, { id }: DataSubjectRequestId) {
    return this.requests.get(ctx, id);
  }

  @Handles(cancelDataSubjectRequest)
  cancel(ctx: RequestContext, { id }: DataSubjectRequestId) {
    return this.requests.cancel(ctx, id);
  }

  @Handles(confirmDataSubjectIdentity)
  confirmIdentity(ctx: RequestContext, request: ConfirmIdentity) {
    return this.requests.confirmIdentity(ctx, request);
  }

  @Handles(extendDataSubjectRequest)
  extend(ctx: RequestContext, request: ExtendDataSubjectRequest) {
    return this.requests.extend(ctx, request);
  }

  @Handles(decideDataSubjectRequest)
  decide(ctx: RequestContext, request: DecideDataSubjectRequest) {
    return this.requests.decide(ctx, request);
  }

  @Handles(overrideParticipant)
  override(ctx: RequestContext, request: OverrideParticipant) {
    return this.requests.override(ctx, request);
  }

  @Handles(liftRestriction)
  lift(ctx: RequestContext, request: ExtendDataSubjectRequest) {
    return this.requests.lift(ctx, request);
  }

  @Handles(downloadDataSubjectBundle)
  download(ctx: RequestContext, request: DownloadBundle) {
    return this.bundles.download(ctx, request);
  }

  @Handles(reportPersonalData)
  report(ctx: RequestContext, request: ReportPersonalData) {
    return this.participation.report(ctx, request);
  }

  @Handles(closePersonalData)
  close(ctx: RequestContext, request: ClosePersonalData) {
    return this.participation.close(ctx, request);
  }

  @Handles(placeLegalHold)
  placeHold(ctx: RequestContext, request: PlaceLegalHold) {
    return this.holds.place(ctx, request);
  }

  @Handles(listLegalHolds)
  listHolds(ctx: RequestContext, query: ListLegalHolds) {
    return this.holds.list(ctx, query);
  }

  @Handles(liftLegalHold)
  liftHold(ctx: RequestContext, request: LiftLegalHold) {
    return this.holds.lift(ctx, request);
  }
}
