export { EventFeed } from './event-feed.consumer.js';
export { WebhooksModule } from './webhooks.module.js';
