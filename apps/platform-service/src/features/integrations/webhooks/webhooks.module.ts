import { Module } from '@nestjs/common';
import { IntegrationsModule } from '../integrations.module.js';
import { Catalogue } from './catalogue.js';
import { DeliveryClock } from './clock.js';
import { DeliveriesService } from './deliveries.service.js';
import { DeliveryWorker } from './delivery.worker.js';
import { DeliveryResults } from './delivery-results.js';
import { DeliverySender } from './delivery-sender.js';
import { EndpointShutdown } from './endpoint-shutdown.js';
import { EventFeed } from './event-feed.consumer.js';
import { FanOut } from './fan-out.js';
import { ForgetOldDeliveries } from './forget-old.job.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksQueries } from './webhooks.queries.js';
import { WebhooksService } from './webhooks.service.js';

@Module({
  imports: [IntegrationsModule],
  controllers: [WebhooksController],
  providers: [
    Catalogue,
    DeliveriesService,
    DeliveryClock,
    DeliveryResults,
    DeliverySender,
    DeliveryWorker,
    EndpointShutdown,
    EventFeed,
    FanOut,
    ForgetOldDeliveries,
    WebhooksQueries,
    WebhooksService,
  ],
  exports: [EventFeed],
})
export class WebhooksModule {}
