import type { Nothing, PageQuery } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type ExportAuditLogs,
  exportAuditLogs,
  type ListAuditLogs,
  listAuditAnchors,
  listAuditHolds,
  listAuditKeys,
  listAuditLogs,
  type PlaceAuditHold,
  placeAuditHold,
  type ReleaseAuditHold,
  releaseAuditHold,
  type VerifyAuditLogs,
  verifyAuditLogs,
} from '@platform/contracts';
import { AuditExport } from './audit-export.js';
import { AuditHoldsService } from './audit-holds.service.js';
import { AuditVerifier } from './audit-verifier.js';
import { ComplianceQueries } from './compliance.queries.js';

@Controller()
export class ComplianceController {
  constructor(
    private readonly queries: ComplianceQueries,
    private readonly verifier: AuditVerifier,
    private readonly exports: AuditExport,
    private readonly holds: AuditHoldsService,
  ) {}

  @Handles(listAuditLogs)
  list(ctx: RequestContext, query: ListAuditLogs) {
    return this.queries.list(ctx, query);
  }

  @Handles(exportAuditLogs)
  export(ctx: RequestContext, request: ExportAuditLogs) {
    return this.exports.chunk(ctx, request);
  }

  @Handles(verifyAuditLogs)
  verify(ctx: RequestContext, request: VerifyAuditLogs) {
    return this.verifier.verify(ctx, request);
  }

  @Handles(listAuditAnchors)
  anchors(ctx: RequestContext, query: PageQuery) {
    return this.queries.anchors(ctx, query);
  }

  @Handles(listAuditKeys)
  keys(ctx: RequestContext, _: Nothing) {
    return this.queries.keys(ctx);
  }

  @Handles(listAuditHolds)
  listHolds(ctx: RequestContext, query: PageQuery) {
    return this.holds.list(ctx, query);
  }

  @Handles(placeAuditHold)
  placeHold(ctx: RequestContext, request: PlaceAuditHold) {
    return this.holds.place(ctx, request);
  }

  @Handles(releaseAuditHold)
  releaseHold(ctx: RequestContext, request: ReleaseAuditHold) {
    return this.holds.release(ctx, request);
  }
}
