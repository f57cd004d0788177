import type {
  DeliveryStatus,
  Webhook,
  WebhookAttempt,
  WebhookDelivery,
  WebhookDisabledReason,
  WebhookReplay,
  WebhookStatus,
} from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { webhookIdOf } from './delivery-sender.js';

export interface WebhookRow extends QueryResultRow {
  id: string;
  url: string;
  event_types: string[];
  description: string;
  rate_per_second: number;
  status: WebhookStatus;
  disabled_reason: WebhookDisabledReason | null;
  consecutive_failures: number;
  failing_since: Date | null;
  last_success_at: Date | null;
  last_failure_at: Date | null;
  held_until: Date | null;
  created_at: Date;
  version: number;
}

export interface DeliveryRow extends QueryResultRow {
  id: string;
  endpoint_id: string;
  message_id: string;
  event_type: string;
  occurred_at: Date;
  kind: 'event' | 'test';
  status: DeliveryStatus;
  round: number;
  attempt: number;
  next_attempt_at: Date;
  problem: string | null;
  delivered_at: Date | null;
  created_at: Date;
}

export interface AttemptRow extends QueryResultRow {
  id: string;
  round: number;
  attempt: number;
  status_code: number | null;
  problem: string | null;
  elapsed_ms: number;
  response_headers: Record<string, string>;
  response_sealed: string | null;
  created_at: Date;
}

export interface ReplayRow extends QueryResultRow {
  id: string;
  since: Date;
  until: Date;
  only_failed: boolean;
  total: number;
  delivered: number;
  failed: number;
  remaining: number;
}

const orNull = (at: Date | null): string | null => at?.toISOString() ?? null;

export const toWebhook = (row: WebhookRow): Webhook => ({
  id: row.id,
  url: row.url,
  eventTypes: row.event_types,
  description: row.description,
  ratePerSecond: row.rate_per_second,
  status: row.status,
  disabledReason: row.disabled_reason,
  health: {
    consecutiveFailures: row.consecutive_failures,
    failingSince: orNull(row.failing_since),
    lastSuccessAt: orNull(row.last_success_at),
    lastFailureAt: orNull(row.last_failure_at),
    heldUntil: orNull(row.held_until),
  },
  createdAt: row.created_at.toISOString(),
  version: row.version,
});

export const toDelivery = (row: DeliveryRow): WebhookDelivery => ({
  id: row.id,
  messageId: webhookIdOf({ messageId: row.message_id, endpointId: row.endpoint_id }),
  eventType: row.event_type,
  occurredAt: row.occurred_at.toISOString(),
  test: row.kind === 'test',
  status: row.status,
  round: row.round,
  attempts: row.attempt,
  nextAttemptAt: row.status === 'pending' ? row.next_attempt_at.toISOString() : null,
  problem: row.problem,
  deliveredAt: orNull(row.delivered_at),
  createdAt: row.created_at.toISOString(),
});

export const toAttempt = (row: AttemptRow, responseBody: string | null): WebhookAttempt => ({
  attemptedAt: row.created_at.toISOString(),
  round: row.round,
  attempt: row.attempt,
  statusCode: row.status_code,
  problem: row.problem,
  elapsedMs: row.elapsed_ms,
  responseHeaders: row.response_headers,
  responseBody,
});

export const toReplay = (row: ReplayRow): WebhookReplay => ({
  id: row.id,
  since: row.since.toISOString(),
  until: row.until.toISOString(),
  onlyFailed: row.only_failed,
  status: row.remaining > 0 ? 'running' : 'completed',
  total: row.total,
  delivered: row.delivered,
  failed: row.failed,
  remaining: row.remaining,
});
