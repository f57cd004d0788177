import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { type ListAuditLogs, listAuditLogs, type VerifyAuditLogs, verifyAuditLogs } from '@platform/contracts';
import { ComplianceQueries } from './compliance.queries.js';

@Controller()
export class ComplianceController {
  constructor(private readonly queries: ComplianceQueries) {}

  @Handles(listAuditLogs)
  list(ctx: RequestContext, query: ListAuditLogs) {
    return this.queries.list(ctx, query);
  }

  @Handles(verifyAuditLogs)
  verify(ctx: RequestContext, request: VerifyAuditLogs) {
    return this.queries.verify(ctx, request);
  }
}
