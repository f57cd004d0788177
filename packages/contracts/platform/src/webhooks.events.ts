import { type EventType, holders, Id, OneOf } from '@kit/contracts';
import { event } from './context.js';
import { WEBHOOK_DISABLED_REASONS, type WebhookDisabledReason } from './webhooks.types.js';

export class WebhookDisabledData {
  @Id()
  webhookId: string;

  @OneOf(WEBHOOK_DISABLED_REASONS, { example: 'failing' })
  reason: WebhookDisabledReason;
}

export const webhookDisabled = event({
  aggregate: 'webhook',
  fact: 'disabled',
  summary: 'A webhook gets nothing any more: switched off, gone, or failing for days',
  data: WebhookDisabledData,
  audience: () => holders('platform.webhook.read'),
});

export const webhookEvents: readonly EventType[] = [webhookDisabled];
