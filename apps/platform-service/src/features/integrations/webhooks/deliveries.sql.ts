import { statement } from '@kit/service';

/** Where the sealed texts belong. */
export const messageContent = (id: string) => ({ table: 'webhook_messages', column: 'content_sealed', row: id });
export const attemptResponse = (id: string) => ({ table: 'webhook_attempts', column: 'response_sealed', row: id });
export const webhookSecret = (id: string) => ({ table: 'webhook_secrets', column: 'secret_sealed', row: id });

export const SUBSCRIBERS = statement(
  'webhook-subscribers',
  `SELECT id, event_types, status FROM platform.webhook_endpoints WHERE tenant_id = $1 AND status <> 'removed'`,
);

export const INSERT_MESSAGES = statement(
  'insert-webhook-messages',
  `INSERT INTO platform.webhook_messages (tenant_id, id, event_type, occurred_at, content_sealed, created_at, created_by)
   SELECT $1, m.*, $6, $7 FROM unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::text[]) m
   ON CONFLICT (tenant_id, id) DO NOTHING`,
);

export const INSERT_DELIVERIES = statement(
  'insert-webhook-deliveries',
  `INSERT INTO platform.webhook_deliveries (tenant_id, endpoint_id, message_id, kind, status, problem, next_attempt_at,
     created_at, created_by, updated_at, updated_by)
   SELECT $1, d.endpoint_id, d.message_id, $6, d.status, d.problem, $7, $7, $8, $7, $8
   FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[]) d (endpoint_id, message_id, status, problem)
   ON CONFLICT (tenant_id, endpoint_id, message_id) DO NOTHING
   RETURNING id`,
);

const DELIVERY = `d.id, d.endpoint_id, d.message_id, m.event_type, m.occurred_at, d.kind, d.status, d.round, d.attempt,
  d.next_attempt_at, d.problem, d.delivered_at, d.created_at`;
const FROM_DELIVERIES = `platform.webhook_deliveries d
  JOIN platform.webhook_messages m ON m.tenant_id = d.tenant_id AND m.id = d.message_id`;

export const GET_DELIVERY = statement(
  'get-webhook-delivery',
  `SELECT ${DELIVERY}, m.content_sealed FROM ${FROM_DELIVERIES}
   WHERE d.tenant_id = $1 AND d.endpoint_id = $2 AND d.id = $3`,
);

export const LIST_DELIVERIES = statement(
  'list-webhook-deliveries',
  `SELECT ${DELIVERY} FROM ${FROM_DELIVERIES}
   WHERE d.tenant_id = $1 AND d.endpoint_id = $2 AND ($3::text IS NULL OR d.status = $3)
     AND ($4::uuid IS NULL OR d.id < $4)
   ORDER BY d.id DESC LIMIT $5`,
);

export const LIST_ATTEMPTS = statement(
  'list-webhook-attempts',
  `SELECT id, round, attempt, status_code, problem, elapsed_ms, response_headers, response_sealed, created_at
   FROM platform.webhook_attempts WHERE tenant_id = $1 AND delivery_id = $2 ORDER BY id DESC LIMIT 100`,
);

/** What is under way already is left as it is. */
export const REPLAY_DELIVERY = statement(
  'replay-webhook-delivery',
  `UPDATE platform.webhook_deliveries
   SET status = 'pending', round = round + 1, attempt = 0, next_attempt_at = $4, problem = NULL, delivered_at = NULL,
     replay_id = NULL, updated_at = $4, updated_by = $5, version = version + 1
   WHERE tenant_id = $1 AND endpoint_id = $2 AND id = $3 AND status IN ('delivered', 'failed', 'held')`,
);

export const REPLAY_PERIOD = statement(
  'replay-webhook-period',
  `WITH replay AS (
     INSERT INTO platform.webhook_replays (tenant_id, id, endpoint_id, since, until, only_failed, total, created_at,
       created_by)
     SELECT $1, $3, $2, $4, $5, $6, count(*), $7, $8 FROM ${FROM_DELIVERIES}
     WHERE d.tenant_id = $1 AND d.endpoint_id = $2 AND d.kind = 'event' AND m.occurred_at >= $4 AND m.occurred_at < $5
       AND (d.status IN ('failed', 'held') OR (NOT $6 AND d.status = 'delivered'))
     RETURNING id
   )
   UPDATE platform.webhook_deliveries d
   SET status = 'pending', round = round + 1, attempt = 0, next_attempt_at = $7, problem = NULL, delivered_at = NULL,
     replay_id = replay.id, updated_at = $7, updated_by = $8, version = version + 1
   FROM replay, platform.webhook_messages m
   WHERE d.tenant_id = $1 AND d.endpoint_id = $2 AND d.kind = 'event' AND m.tenant_id = $1 AND m.id = d.message_id
     AND m.occurred_at >= $4 AND m.occurred_at < $5
     AND (d.status IN ('failed', 'held') OR (NOT $6 AND d.status = 'delivered'))
   RETURNING d.id`,
);

export const GET_REPLAY = statement(
  'get-webhook-replay',
  `SELECT r.id, r.since, r.until, r.only_failed, r.total,
     count(d.id) FILTER (WHERE d.status = 'delivered')::int AS delivered,
     count(d.id) FILTER (WHERE d.status = 'failed')::int AS failed,
     count(d.id) FILTER (WHERE d.status IN ('pending', 'sending'))::int AS remaining
   FROM platform.webhook_replays r
   LEFT JOIN platform.webhook_deliveries d ON d.tenant_id = r.tenant_id AND d.replay_id = r.id
   WHERE r.tenant_id = $1 AND r.endpoint_id = $2 AND r.id = $3
   GROUP BY r.tenant_id, r.id`,
);

/** What has not been sent to a webhook that is disabled or removed. */
export const STOP_DELIVERIES = statement(
  'stop-webhook-deliveries',
  `UPDATE platform.webhook_deliveries
   SET status = $3, updated_at = $4, updated_by = $5, version = version + 1
   WHERE tenant_id = $1 AND endpoint_id = $2 AND status IN ('pending', 'sending', 'held') AND status <> $3`,
);

export const MISSED = statement(
  'missed-webhook-deliveries',
  `SELECT count(*)::int AS count, min(m.occurred_at) AS since FROM ${FROM_DELIVERIES}
   WHERE d.tenant_id = $1 AND d.endpoint_id = $2 AND d.status IN ('held', 'failed') AND d.kind = 'event'`,
);
