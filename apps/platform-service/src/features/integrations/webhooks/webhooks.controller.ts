import type { PageQuery } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type CreateWebhook,
  createWebhook,
  disableWebhook,
  enableWebhook,
  getWebhook,
  getWebhookDelivery,
  getWebhookReplay,
  type ListWebhookDeliveries,
  listWebhookDeliveries,
  listWebhookEventTypes,
  listWebhooks,
  type ReplayWebhook,
  removeWebhook,
  replayWebhook,
  replayWebhookDelivery,
  rotateWebhookSecret,
  type TestWebhook,
  testWebhook,
  type UpdateWebhook,
  updateWebhook,
  type WebhookDeliveryId,
  type WebhookId,
  type WebhookReplayId,
} from '@platform/contracts';
import { DeliveriesService } from './deliveries.service.js';
import { WebhooksQueries } from './webhooks.queries.js';
import { WebhooksService } from './webhooks.service.js';

@Controller()
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhooksService,
    private readonly deliveries: DeliveriesService,
    private readonly queries: WebhooksQueries,
  ) {}

  @Handles(listWebhookEventTypes)
  eventTypes(ctx: RequestContext, request: PageQuery) {
    return this.queries.eventTypes(ctx, request);
  }

  @Handles(createWebhook)
  create(ctx: RequestContext, request: CreateWebhook) {
    return this.webhooks.create(ctx, request);
  }

  @Handles(listWebhooks)
  list(ctx: RequestContext, request: PageQuery) {
    return this.queries.list(ctx, request);
  }

  @Handles(getWebhook)
  get(ctx: RequestContext, request: WebhookId) {
    return this.queries.get(ctx, request.id);
  }

  @Handles(updateWebhook)
  update(ctx: RequestContext, request: UpdateWebhook) {
    return this.webhooks.update(ctx, request);
  }

  @Handles(removeWebhook)
  remove(ctx: RequestContext, request: WebhookId) {
    return this.webhooks.remove(ctx, request.id);
  }

  @Handles(disableWebhook)
  disable(ctx: RequestContext, request: WebhookId) {
    return this.webhooks.disable(ctx, request.id);
  }

  @Handles(enableWebhook)
  enable(ctx: RequestContext, request: WebhookId) {
    return this.webhooks.enable(ctx, request.id);
  }

  @Handles(rotateWebhookSecret)
  rotateSecret(ctx: RequestContext, request: WebhookId) {
    return this.webhooks.rotateSecret(ctx, request.id);
  }

  @Handles(testWebhook)
  test(ctx: RequestContext, request: TestWebhook) {
    return this.deliveries.test(ctx, request);
  }

  @Handles(listWebhookDeliveries)
  listDeliveries(ctx: RequestContext, request: ListWebhookDeliveries) {
    return this.queries.deliveries(ctx, request);
  }

  @Handles(getWebhookDelivery)
  getDelivery(ctx: RequestContext, request: WebhookDeliveryId) {
    return this.queries.delivery(ctx, request);
  }

  @Handles(replayWebhookDelivery)
  replayDelivery(ctx: RequestContext, request: WebhookDeliveryId) {
    return this.deliveries.replayOne(ctx, request);
  }

  @Handles(replayWebhook)
  replay(ctx: RequestContext, request: ReplayWebhook) {
    return this.deliveries.replayPeriod(ctx, request);
  }

  @Handles(getWebhookReplay)
  getReplay(ctx: RequestContext, request: WebhookReplayId) {
    return this.queries.replay(ctx, request);
  }
}
