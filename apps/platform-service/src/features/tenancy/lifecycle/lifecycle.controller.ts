import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type ChangeTenantStatus,
  cancelTenantDeletion,
  type ExportTenant,
  exportTenant,
  getPurgeManifest,
  reportTenantPurged,
  requestTenantDeletion,
  resumeTenant,
  suspendTenant,
  type TenantId,
  type TenantPurgeReport,
} from '@platform/contracts';
import { ExportQueries } from './export.queries.js';
import { LifecycleService } from './lifecycle.service.js';
import { PurgesService } from './purges.service.js';

@Controller()
export class LifecycleController {
  constructor(
    private readonly lifecycle: LifecycleService,
    private readonly purges: PurgesService,
    private readonly exports: ExportQueries,
  ) {}

  @Handles(suspendTenant)
  suspend(ctx: RequestContext, request: ChangeTenantStatus) {
    return this.lifecycle.turn(ctx, 'suspend', request);
  }

  @Handles(resumeTenant)
  resume(ctx: RequestContext, request: ChangeTenantStatus) {
    return this.lifecycle.turn(ctx, 'resume', request);
  }

  @Handles(requestTenantDeletion)
  requestDeletion(ctx: RequestContext, request: ChangeTenantStatus) {
    return this.lifecycle.turn(ctx, 'request-deletion', request);
  }

  @Handles(cancelTenantDeletion)
  cancelDeletion(ctx: RequestContext, request: ChangeTenantStatus) {
    return this.lifecycle.turn(ctx, 'cancel-deletion', request);
  }

  @Handles(exportTenant)
  export(ctx: RequestContext, request: ExportTenant) {
    return this.exports.chunk(ctx, request);
  }

  @Handles(getPurgeManifest)
  purge(ctx: RequestContext, request: TenantId) {
    return this.purges.read(ctx, request);
  }

  @Handles(reportTenantPurged)
  reportPurged(ctx: RequestContext, request: TenantPurgeReport) {
    return this.purges.report(ctx, request);
  }
}
