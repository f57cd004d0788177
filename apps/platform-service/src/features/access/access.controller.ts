import type { PageQuery } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type CheckAuthorization,
  checkAuthorization,
  type ExplainAuthorization,
  explainAuthorization,
  type GrantRole,
  grantRole,
  type ListPermissions,
  type ListUserRoles,
  listPermissions,
  listRoles,
  listUserRoles,
  type RevokeRole,
  revokeRole,
} from '@platform/contracts';
import { AccessQueries } from './access.queries.js';
import { GrantsService } from './grants.service.js';

@Controller()
export class AccessController {
  constructor(
    private readonly queries: AccessQueries,
    private readonly grants: GrantsService,
  ) {}

  @Handles(listPermissions)
  permissions(ctx: RequestContext, query: ListPermissions) {
    return this.queries.permissions(ctx, query);
  }

  @Handles(listRoles)
  roles(ctx: RequestContext, query: PageQuery) {
    return this.queries.roles(ctx, query);
  }

  @Handles(listUserRoles)
  userRoles(ctx: RequestContext, query: ListUserRoles) {
    return this.queries.userRoles(ctx, query);
  }

  @Handles(grantRole)
  grant(ctx: RequestContext, request: GrantRole) {
    return this.grants.grant(ctx, request);
  }

  @Handles(revokeRole)
  revoke(ctx: RequestContext, request: RevokeRole) {
    return this.grants.revoke(ctx, request);
  }

  @Handles(checkAuthorization)
  check(ctx: RequestContext, request: CheckAuthorization) {
    return this.queries.check(ctx, request);
  }

  @Handles(explainAuthorization)
  explain(ctx: RequestContext, request: ExplainAuthorization) {
    return this.queries.explain(ctx, request);
  }
}
