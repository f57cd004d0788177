export { type ConnectionToken, IntegrationTokens } from './integration-tokens.js';
export { IntegrationsModule } from './integrations.module.js';
export { type IncomingAnswer, type OutgoingRequest, SafeHttp, SendFailed, TargetRefused } from './safe-http.js';
export { EventFeed, WebhooksModule } from './webhooks/index.js';
