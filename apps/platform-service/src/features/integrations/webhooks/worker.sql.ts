import { PROBED_AFTER } from './domain/health.js';

// All of these run as the system role: the queue is of all tenants. $1 is the time.

// Planned at each call: the queue is empty at one moment and long at the next, and a plan that is kept fits one of them.

/**
 * Due deliveries, theirs to send until the claim ends ($3 seconds): the oldest $2, of each endpoint no more than it
 * takes at once ($4) and per second, and one only while it is being probed. Of one that is well, whoever is alone with it
 * takes more ahead ($5), to have the next at hand; what it holds already it tells by endpoint ($6, $7). The walk over the
 * queue hops from endpoint to endpoint, so thousands that wait for one cost nothing to those of another; who claims locks
 * the endpoint, so that two processes do not both count one too few.
 */
export const CLAIM_DELIVERIES = `
  WITH RECURSIVE queue AS (
    (SELECT tenant_id, endpoint_id FROM platform.webhook_deliveries WHERE status IN ('pending', 'sending')
     ORDER BY tenant_id, endpoint_id LIMIT 1)
    UNION ALL
    SELECT next.tenant_id, next.endpoint_id FROM queue CROSS JOIN LATERAL (
      SELECT d.tenant_id, d.endpoint_id FROM platform.webhook_deliveries d
      WHERE d.status IN ('pending', 'sending') AND (d.tenant_id, d.endpoint_id) > (queue.tenant_id, queue.endpoint_id)
      ORDER BY d.tenant_id, d.endpoint_id LIMIT 1) next
  ),
  ready AS MATERIALIZED (
    SELECT e.tenant_id, e.id, e.url, e.consecutive_failures >= ${PROBED_AFTER} AS probed,
      coalesce(e.first_failure_at IS NULL AND e.last_success_at > $1::timestamptz - interval '1 minute', false) AS well,
      least(e.rate_per_second, e.tokens + e.rate_per_second
        * extract(epoch FROM $1::timestamptz - greatest(e.tokens_at, $1::timestamptz - interval '1 second')))::real AS tokens
    FROM queue JOIN platform.webhook_endpoints e ON e.tenant_id = queue.tenant_id AND e.id = queue.endpoint_id
    WHERE e.status = 'active' AND (e.held_until IS NULL OR e.held_until <= $1)
    FOR NO KEY UPDATE OF e SKIP LOCKED
  ),
  room AS (
    SELECT ready.tenant_id, ready.id, least(floor(ready.tokens)::int, CASE
      WHEN ready.probed THEN 1
      WHEN ready.well AND sending.count <= coalesce(mine.count, 0) THEN $5::int
      ELSE $4::int END - sending.count) AS free
    FROM ready CROSS JOIN LATERAL (
      SELECT count(*)::int FROM platform.webhook_deliveries s
      WHERE s.tenant_id = ready.tenant_id AND s.endpoint_id = ready.id AND s.status = 'sending' AND s.next_attempt_at > $1
    ) sending
    LEFT JOIN unnest($6::uuid[], $7::int[]) mine (endpoint_id, count) ON mine.endpoint_id = ready.id
  ),
  due AS (
    SELECT d.tenant_id, d.id FROM room CROSS JOIN LATERAL (
      SELECT w.tenant_id, w.id, w.next_attempt_at FROM platform.webhook_deliveries w
      WHERE w.tenant_id = room.tenant_id AND w.endpoint_id = room.id AND w.status IN ('pending', 'sending')
        AND w.next_attempt_at <= $1
      ORDER BY w.next_attempt_at LIMIT greatest(room.free, 0) FOR NO KEY UPDATE SKIP LOCKED) d
    ORDER BY d.next_attempt_at LIMIT $2
  ),
  claimed AS (
    UPDATE platform.webhook_deliveries d
    SET status = 'sending', attempt = d.attempt + 1, next_attempt_at = $1::timestamptz + $3 * interval '1 second'
    FROM due WHERE d.tenant_id = due.tenant_id AND d.id = due.id
    RETURNING d.tenant_id, d.id, d.endpoint_id, d.message_id, d.kind, d.round, d.attempt
  ),
  spent AS (
    UPDATE platform.webhook_endpoints e SET tokens = greatest(ready.tokens - c.count, 0), tokens_at = $1
    FROM (SELECT tenant_id, endpoint_id, count(*) AS count FROM claimed GROUP BY tenant_id, endpoint_id) c
    JOIN ready ON ready.tenant_id = c.tenant_id AND ready.id = c.endpoint_id
    WHERE e.tenant_id = ready.tenant_id AND e.id = ready.id
  )
  SELECT c.tenant_id AS "tenantId", c.id, c.endpoint_id AS "endpointId", c.message_id AS "messageId", c.kind, c.round,
    c.attempt, ready.url, ready.well, m.content_sealed AS content, s.secrets
  FROM claimed c
  JOIN ready ON ready.tenant_id = c.tenant_id AND ready.id = c.endpoint_id
  JOIN platform.webhook_messages m ON m.tenant_id = c.tenant_id AND m.id = c.message_id
  CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('id', w.id, 'sealed', w.secret_sealed) ORDER BY w.id DESC) AS secrets
    FROM platform.webhook_secrets w
    WHERE w.tenant_id = c.tenant_id AND w.endpoint_id = c.endpoint_id AND (w.signs_until IS NULL OR w.signs_until > $1)
  ) s`;

/** What was claimed and not begun is anybody's again, as if it had not been. */
export const RELEASE_DELIVERIES = `
  UPDATE platform.webhook_deliveries d SET status = 'pending', attempt = d.attempt - 1, next_attempt_at = $1
  FROM unnest($2::uuid[], $3::uuid[], $4::int[], $5::int[]) r (tenant_id, id, round, attempt)
  WHERE d.tenant_id = r.tenant_id AND d.id = r.id AND d.status = 'sending' AND d.round = r.round AND d.attempt = r.attempt`;

/** What came of a batch: the log of the attempts, and each delivery's next step unless it was replayed or stopped meanwhile. */
export const RECORD_RESULTS = `
  WITH results AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS r ("tenantId" uuid, id uuid, "attemptId" uuid, round int, attempt int,
      "statusCode" int, problem text, "elapsedMs" int, headers jsonb, response text, status text, "nextAt" timestamptz,
      at timestamptz)
  ),
  log AS (
    INSERT INTO platform.webhook_attempts (tenant_id, id, delivery_id, round, attempt, status_code, problem, elapsed_ms,
      response_headers, response_sealed, created_at, created_by)
    SELECT "tenantId", "attemptId", id, round, attempt, "statusCode", problem, "elapsedMs", headers, response, at, $2
    FROM results ON CONFLICT DO NOTHING
  )
  UPDATE platform.webhook_deliveries d
  SET status = r.status, next_attempt_at = coalesce(r."nextAt", d.next_attempt_at), problem = r.problem,
    delivered_at = CASE WHEN r.status = 'delivered' THEN r.at END, updated_at = r.at, version = d.version + 1
  FROM results r
  WHERE d.tenant_id = r."tenantId" AND d.id = r.id AND d.status = 'sending' AND d.round = r.round`;

/** Before each other in one order, so that two processes wait for each other and never in a ring. */
export const LOCK_HEALTH = `
  SELECT tenant_id AS "tenantId", id, consecutive_failures AS "consecutiveFailures", first_failure_at AS "firstFailureAt",
    failing_since AS "failingSince", held_until AS "heldUntil"
  FROM platform.webhook_endpoints
  WHERE (tenant_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
  ORDER BY tenant_id, id FOR NO KEY UPDATE`;

/** A success where something failed meanwhile. */
export const FORGIVE = `
  UPDATE platform.webhook_endpoints
  SET consecutive_failures = 0, first_failure_at = NULL, failing_since = NULL, held_until = NULL, last_success_at = $3
  WHERE (tenant_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND consecutive_failures > 0`;

export const PUT_HEALTH = `
  UPDATE platform.webhook_endpoints e
  SET consecutive_failures = h."consecutiveFailures", first_failure_at = h."firstFailureAt",
    failing_since = h."failingSince", held_until = h."heldUntil",
    last_success_at = coalesce(h."lastSuccessAt", e.last_success_at),
    last_failure_at = coalesce(h."lastFailureAt", e.last_failure_at)
  FROM jsonb_to_recordset($1::jsonb) AS h ("tenantId" uuid, id uuid, "consecutiveFailures" int,
    "firstFailureAt" timestamptz, "failingSince" timestamptz, "heldUntil" timestamptz, "lastSuccessAt" timestamptz,
    "lastFailureAt" timestamptz)
  WHERE e.tenant_id = h."tenantId" AND e.id = h.id`;

/** After 30 days, a batch ($2) at a time. What is still under way stays, and what it needs with it. */
const forget = (table: string, more: string): string => `
  DELETE FROM platform.${table} WHERE (tenant_id, id) IN (
    SELECT o.tenant_id, o.id FROM platform.${table} o
    WHERE o.created_at < $1::timestamptz - interval '30 days' AND ${more} LIMIT $2)`;

export const FORGET_OLD = [
  forget('webhook_attempts', 'true'),
  forget(
    'webhook_deliveries',
    `o.status NOT IN ('pending', 'sending') AND NOT EXISTS (
       SELECT FROM platform.webhook_attempts a WHERE a.tenant_id = o.tenant_id AND a.delivery_id = o.id)`,
  ),
  forget(
    'webhook_replays',
    'NOT EXISTS (SELECT FROM platform.webhook_deliveries d WHERE d.tenant_id = o.tenant_id AND d.replay_id = o.id)',
  ),
  forget(
    'webhook_messages',
    'NOT EXISTS (SELECT FROM platform.webhook_deliveries d WHERE d.tenant_id = o.tenant_id AND d.message_id = o.id)',
  ),
];

export const FORGET_SECRETS = 'DELETE FROM platform.webhook_secrets WHERE signs_until <= $1';
