import type { PageQuery } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type CreateIntegration,
  createIntegration,
  getIntegration,
  type IntegrationId,
  type ListIntegrations,
  listIntegrationKinds,
  listIntegrations,
  type ReadIntegration,
  readIntegration,
  removeIntegration,
  testIntegration,
  type UpdateIntegration,
  updateIntegration,
} from '@platform/contracts';
import { IntegrationUse } from './integration-use.service.js';
import { IntegrationsQueries } from './integrations.queries.js';
import { IntegrationsService } from './integrations.service.js';

@Controller()
export class IntegrationsController {
  constructor(
    private readonly integrations: IntegrationsService,
    private readonly use: IntegrationUse,
    private readonly queries: IntegrationsQueries,
  ) {}

  @Handles(listIntegrationKinds)
  kinds(ctx: RequestContext, request: PageQuery) {
    return this.queries.kindsPage(ctx, request);
  }

  @Handles(createIntegration)
  create(ctx: RequestContext, request: CreateIntegration) {
    return this.integrations.create(ctx, request);
  }

  @Handles(listIntegrations)
  list(ctx: RequestContext, request: ListIntegrations) {
    return this.queries.list(ctx, request);
  }

  @Handles(getIntegration)
  get(ctx: RequestContext, request: IntegrationId) {
    return this.queries.get(ctx, request.id);
  }

  @Handles(updateIntegration)
  update(ctx: RequestContext, request: UpdateIntegration) {
    return this.integrations.update(ctx, request);
  }

  @Handles(removeIntegration)
  remove(ctx: RequestContext, request: IntegrationId) {
    return this.integrations.remove(ctx, request.id);
  }

  @Handles(testIntegration)
  test(ctx: RequestContext, request: IntegrationId) {
    return this.use.test(ctx, request.id);
  }

  @Handles(readIntegration)
  read(ctx: RequestContext, request: ReadIntegration) {
    return this.use.read(ctx, request);
  }
}
