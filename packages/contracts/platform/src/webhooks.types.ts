import { Flag, Id, Instant, Json, ListOf, Nested, OneOf, PageQuery, pageOf, Text, Texts, Whole } from '@kit/contracts';
import { LocalizedText } from './products.js';

export const WEBHOOK_STATUSES = ['active', 'disabled'] as const;
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];

export const WEBHOOK_DISABLED_REASONS = ['user', 'gone', 'failing'] as const;
/** `gone`: the receiver answered 410. `failing`: nothing but failures for five days. */
export type WebhookDisabledReason = (typeof WEBHOOK_DISABLED_REASONS)[number];

export const DELIVERY_STATUSES = ['pending', 'sending', 'delivered', 'failed', 'held', 'cancelled'] as const;
/** `failed`: all attempts are used up. `held`: the webhook was disabled; a replay sends it. */
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export class WebhookEventType {
  @Text({ max: 120, example: 'acme.report.published.v1' })
  type: string;

  @Nested(() => LocalizedText)
  title: LocalizedText;

  @Text({ max: 80, nullable: true, description: 'Module that must be entitled', example: 'acme.reports' })
  module: string | null;

  @Flag({ description: 'false: the licence of the tenant does not include it' })
  entitled: boolean;

  @Json({ description: 'JSON Schema of `data`' })
  schema: object;

  @Json({ description: 'The body as it is sent' })
  example: object;
}

export class WebhookEventTypePage extends pageOf(WebhookEventType) {}

/** How it goes with what is sent there. */
export class WebhookHealth {
  @Whole({ min: 0 })
  consecutiveFailures: number;

  @Instant({ nullable: true, description: 'Nothing but failures since; five days of it disable the webhook' })
  failingSince: string | null;

  @Instant({ nullable: true })
  lastSuccessAt: string | null;

  @Instant({ nullable: true })
  lastFailureAt: string | null;

  @Instant({ nullable: true, description: 'Nothing is sent before: the receiver asked for it, or answers nothing' })
  heldUntil: string | null;
}

export class Webhook {
  @Id()
  id: string;

  @Text({ max: 2000, example: 'https://example.com/hooks' })
  url: string;

  @Texts({ max: 100, length: 120, example: ['acme.report.*', 'platform.user.created.v1'] })
  eventTypes: string[];

  @Text({ max: 500 })
  description: string;

  @Whole({ min: 1, max: 1000, description: 'Requests per second at most' })
  ratePerSecond: number;

  @OneOf(WEBHOOK_STATUSES)
  status: WebhookStatus;

  @OneOf(WEBHOOK_DISABLED_REASONS, { nullable: true })
  disabledReason: WebhookDisabledReason | null;

  @Nested(() => WebhookHealth)
  health: WebhookHealth;

  @Instant()
  createdAt: string;

  @Whole({ min: 1 })
  version: number;
}

export class WebhookPage extends pageOf(Webhook) {}

export class WebhookWithSecret extends Webhook {
  @Text({ max: 100, description: 'Shown only here: keep it to verify signatures', example: 'whsec_…' })
  secret: string;
}

/** What waits for a replay since the webhook was disabled. */
export class MissedDeliveries {
  @Whole({ min: 0 })
  count: number;

  @Instant({ nullable: true, description: 'For `POST /webhooks/{id}/replay`' })
  since: string | null;
}

export class EnabledWebhook extends Webhook {
  @Nested(() => MissedDeliveries)
  missed: MissedDeliveries;
}

export class WebhookId {
  @Id()
  id: string;
}

const EVENT_TYPES = {
  max: 100,
  length: 120,
  description: 'Types of the catalogue; `*` at the end stands for everything below',
  example: ['acme.report.*'],
};

export class CreateWebhook {
  @Text({ min: 1, max: 2000, example: 'https://example.com/hooks' })
  url: string;

  @Texts(EVENT_TYPES)
  eventTypes: string[];

  @Text({ max: 500, optional: true, example: 'Archive' })
  description?: string;

  @Whole({ min: 1, max: 1000, optional: true, description: 'Requests per second at most; 50 unless told' })
  ratePerSecond?: number;
}

export class UpdateWebhook {
  @Id()
  id: string;

  @Text({ min: 1, max: 2000, optional: true })
  url?: string;

  @Texts({ ...EVENT_TYPES, optional: true })
  eventTypes?: string[];

  @Text({ max: 500, optional: true })
  description?: string;

  @Whole({ min: 1, max: 1000, optional: true })
  ratePerSecond?: number;
}

export class TestWebhook {
  @Id()
  id: string;

  @Text({ max: 120, optional: true, description: 'Its example of the catalogue is sent; a made-up ping unless told' })
  eventType?: string;
}

export class WebhookDelivery {
  @Id()
  id: string;

  @Text({ max: 100, description: 'Header `webhook-id`; the same however often it is sent' })
  messageId: string;

  @Text({ max: 120 })
  eventType: string;

  @Instant()
  occurredAt: string;

  @Flag({ description: 'Asked for by `POST /webhooks/{id}/test`' })
  test: boolean;

  @OneOf(DELIVERY_STATUSES)
  status: DeliveryStatus;

  @Whole({ min: 1, description: 'Rises by one with each replay' })
  round: number;

  @Whole({ min: 0, max: 10, description: 'Attempts of this round' })
  attempts: number;

  @Instant({ nullable: true })
  nextAttemptAt: string | null;

  @Text({ max: 200, nullable: true, description: 'Why the last attempt failed' })
  problem: string | null;

  @Instant({ nullable: true })
  deliveredAt: string | null;

  @Instant()
  createdAt: string;
}

export class WebhookDeliveryPage extends pageOf(WebhookDelivery) {}

export class ListWebhookDeliveries extends PageQuery {
  @Id()
  id: string;

  @OneOf(DELIVERY_STATUSES, { optional: true })
  status?: DeliveryStatus;
}

export class WebhookAttempt {
  @Instant()
  attemptedAt: string;

  @Whole({ min: 1, description: '2 and more: a replay' })
  round: number;

  @Whole({ min: 1 })
  attempt: number;

  @Whole({ min: 100, max: 999, nullable: true })
  statusCode: number | null;

  @Text({ max: 200, nullable: true, description: 'null: delivered' })
  problem: string | null;

  @Whole({ min: 0 })
  elapsedMs: number;

  @Json({ description: 'Cookies and the like are left out' })
  responseHeaders: Record<string, string>;

  @Text({ max: 1024, nullable: true, description: 'The first kilobyte' })
  responseBody: string | null;
}

export class WebhookDeliveryDetails extends WebhookDelivery {
  @Text({ max: 40_000, description: 'The body as it is sent' })
  body: string;

  @ListOf(() => WebhookAttempt, { description: 'The latest first' })
  log: WebhookAttempt[];
}

export class WebhookDeliveryId {
  @Id()
  id: string;

  @Id()
  deliveryId: string;
}

export class ReplayWebhook {
  @Id()
  id: string;

  @Instant({ description: 'Events that happened at or after' })
  since: string;

  @Instant({ description: 'and before' })
  until: string;

  @Flag({ optional: true, description: 'Only what never arrived; true unless told' })
  onlyFailed?: boolean;
}

export class WebhookReplay {
  @Id()
  id: string;

  @Instant()
  since: string;

  @Instant()
  until: string;

  @Flag()
  onlyFailed: boolean;

  @OneOf(['running', 'completed'])
  status: 'running' | 'completed';

  @Whole({ min: 0 })
  total: number;

  @Whole({ min: 0 })
  delivered: number;

  @Whole({ min: 0, description: 'All attempts used up' })
  failed: number;

  @Whole({ min: 0 })
  remaining: number;
}

export class WebhookReplayId {
  @Id()
  id: string;

  @Id()
  replayId: string;
}
