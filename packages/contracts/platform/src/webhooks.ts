import { NOT_FOUND, PageQuery, permission } from '@kit/contracts';
import { operation } from './context.js';
import {
  WEBHOOK_DISABLED,
  WEBHOOK_EVENT_NOT_ENTITLED,
  WEBHOOK_EVENT_UNKNOWN,
  WEBHOOK_LIMIT_REACHED,
  WEBHOOK_TOO_MANY_SECRETS,
  WEBHOOK_URL_REFUSED,
} from './webhooks.errors.js';
import {
  CreateWebhook,
  EnabledWebhook,
  ListWebhookDeliveries,
  ReplayWebhook,
  TestWebhook,
  UpdateWebhook,
  Webhook,
  WebhookDelivery,
  WebhookDeliveryDetails,
  WebhookDeliveryId,
  WebhookDeliveryPage,
  WebhookEventTypePage,
  WebhookId,
  WebhookPage,
  WebhookReplay,
  WebhookReplayId,
  WebhookWithSecret,
} from './webhooks.types.js';

export * from './webhooks.types.js';

const refusedTargets = [WEBHOOK_URL_REFUSED, WEBHOOK_EVENT_UNKNOWN, WEBHOOK_EVENT_NOT_ENTITLED];

export const listWebhookEventTypes = operation({
  id: 'listWebhookEventTypes',
  subject: 'webhook-event-type.list.v1',
  summary: 'The catalogue of events that may be sent as webhooks',
  http: { method: 'GET', path: '/webhook-event-types' },
  request: PageQuery,
  response: WebhookEventTypePage,
  access: permission('platform.webhook.read'),
});

// Without Idempotency-Key: a stored answer would be the secret, readable in the database.
export const createWebhook = operation({
  id: 'createWebhook',
  subject: 'webhook.create.v1',
  summary: 'Send events to a URL; the answer shows the signing secret, and nothing shows it again',
  http: { method: 'POST', path: '/webhooks', status: 201 },
  request: CreateWebhook,
  response: WebhookWithSecret,
  access: permission('platform.webhook.create'),
  errors: [...refusedTargets, WEBHOOK_LIMIT_REACHED],
  version: 'answers',
});

export const listWebhooks = operation({
  id: 'listWebhooks',
  subject: 'webhook.list.v1',
  summary: 'List the webhooks of the tenant',
  http: { method: 'GET', path: '/webhooks' },
  request: PageQuery,
  response: WebhookPage,
  access: permission('platform.webhook.read'),
});

export const getWebhook = operation({
  id: 'getWebhook',
  subject: 'webhook.get.v1',
  summary: 'Read a webhook and how it goes with it',
  http: { method: 'GET', path: '/webhooks/{id}' },
  request: WebhookId,
  response: Webhook,
  access: permission('platform.webhook.read'),
  errors: [NOT_FOUND],
  version: 'answers',
});

export const updateWebhook = operation({
  id: 'updateWebhook',
  subject: 'webhook.update.v1',
  summary: 'Change URL, event types, description or rate of a webhook',
  http: { method: 'PATCH', path: '/webhooks/{id}' },
  request: UpdateWebhook,
  response: Webhook,
  access: permission('platform.webhook.update'),
  errors: [NOT_FOUND, ...refusedTargets],
  version: 'required',
});

export const removeWebhook = operation({
  id: 'removeWebhook',
  subject: 'webhook.remove.v1',
  summary: 'Remove a webhook; what waits for it is cancelled',
  http: { method: 'DELETE', path: '/webhooks/{id}', status: 204 },
  request: WebhookId,
  response: null,
  access: permission('platform.webhook.remove'),
  errors: [NOT_FOUND],
});

export const disableWebhook = operation({
  id: 'disableWebhook',
  subject: 'webhook.disable.v1',
  summary: 'Send nothing for now; events are held for 30 days',
  http: { method: 'POST', path: '/webhooks/{id}/disable' },
  request: WebhookId,
  response: Webhook,
  access: permission('platform.webhook.update'),
  errors: [NOT_FOUND],
  idempotent: true,
  version: 'answers',
});

export const enableWebhook = operation({
  id: 'enableWebhook',
  subject: 'webhook.enable.v1',
  summary: 'Send again; the answer says what was missed and can be replayed',
  http: { method: 'POST', path: '/webhooks/{id}/enable' },
  request: WebhookId,
  response: EnabledWebhook,
  access: permission('platform.webhook.update'),
  errors: [NOT_FOUND],
  idempotent: true,
  version: 'answers',
});

export const rotateWebhookSecret = operation({
  id: 'rotateWebhookSecret',
  subject: 'webhook.rotate-secret.v1',
  summary: 'Another secret; the one before signs beside it for 24 hours',
  http: { method: 'POST', path: '/webhooks/{id}/rotate-secret' },
  request: WebhookId,
  response: WebhookWithSecret,
  access: permission('platform.webhook.update'),
  errors: [NOT_FOUND, WEBHOOK_TOO_MANY_SECRETS],
  version: 'answers',
});

export const testWebhook = operation({
  id: 'testWebhook',
  subject: 'webhook.test.v1',
  summary: 'Send an example, once; how it went stands in the delivery',
  http: { method: 'POST', path: '/webhooks/{id}/test', status: 202 },
  request: TestWebhook,
  response: WebhookDelivery,
  access: permission('platform.webhook.update'),
  errors: [NOT_FOUND, WEBHOOK_EVENT_UNKNOWN, WEBHOOK_DISABLED],
  idempotent: true,
});

export const listWebhookDeliveries = operation({
  id: 'listWebhookDeliveries',
  subject: 'webhook-delivery.list.v1',
  summary: 'What was sent to a webhook in the last 30 days, the latest first',
  http: { method: 'GET', path: '/webhooks/{id}/deliveries' },
  request: ListWebhookDeliveries,
  response: WebhookDeliveryPage,
  access: permission('platform.webhook.read'),
  errors: [NOT_FOUND],
});

export const getWebhookDelivery = operation({
  id: 'getWebhookDelivery',
  subject: 'webhook-delivery.get.v1',
  summary: 'A delivery with its body and each attempt',
  http: { method: 'GET', path: '/webhooks/{id}/deliveries/{deliveryId}' },
  request: WebhookDeliveryId,
  response: WebhookDeliveryDetails,
  access: permission('platform.webhook.read'),
  errors: [NOT_FOUND],
});

export const replayWebhookDelivery = operation({
  id: 'replayWebhookDelivery',
  subject: 'webhook-delivery.replay.v1',
  summary: 'Send one delivery again, under the same id',
  http: { method: 'POST', path: '/webhooks/{id}/deliveries/{deliveryId}/replay', status: 202 },
  request: WebhookDeliveryId,
  response: WebhookDelivery,
  access: permission('platform.webhook.replay'),
  errors: [NOT_FOUND, WEBHOOK_DISABLED],
  idempotent: true,
});

export const replayWebhook = operation({
  id: 'replayWebhook',
  subject: 'webhook.replay.v1',
  summary: 'Send everything of a period again, or what of it never arrived',
  http: { method: 'POST', path: '/webhooks/{id}/replay', status: 202 },
  request: ReplayWebhook,
  response: WebhookReplay,
  access: permission('platform.webhook.replay'),
  errors: [NOT_FOUND, WEBHOOK_DISABLED],
  idempotent: true,
});

export const getWebhookReplay = operation({
  id: 'getWebhookReplay',
  subject: 'webhook-replay.get.v1',
  summary: 'How far a replay has come',
  http: { method: 'GET', path: '/webhooks/{id}/replays/{replayId}' },
  request: WebhookReplayId,
  response: WebhookReplay,
  access: permission('platform.webhook.read'),
  errors: [NOT_FOUND],
});

export const webhooksOperations = [
  listWebhookEventTypes,
  createWebhook,
  listWebhooks,
  getWebhook,
  updateWebhook,
  removeWebhook,
  disableWebhook,
  enableWebhook,
  rotateWebhookSecret,
  testWebhook,
  listWebhookDeliveries,
  getWebhookDelivery,
  replayWebhookDelivery,
  replayWebhook,
  getWebhookReplay,
];
