import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APPEND_ONLY, CHANGES, run, TENANT_ROW, tenantScoped } from './ddl.js';

const CREATION = `
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by uuid NOT NULL`;

/** Connections that can be tested and renewed, webhooks that are delivered, and keys that can be changed. */
export class CompleteIntegrations1763900000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [...keys(), ...integrations(), ...endpoints(), ...deliveries(), ...lookup()]);
  }

  async down(): Promise<void> {
    throw new Error('what was sealed and delivered would be lost; restore a backup instead');
  }
}

const keys = (): string[] => [
  // index: a key for looking sealed text up by a hash of it. It stays while the others are changed.
  `ALTER TABLE platform.data_keys ADD COLUMN purpose text NOT NULL DEFAULT 'seal' CHECK (purpose IN ('seal', 'index'))`,
  'DROP INDEX platform.data_keys_one_active',
  `CREATE UNIQUE INDEX data_keys_one_active ON platform.data_keys (tenant_id, subject_id, purpose) NULLS NOT DISTINCT
     WHERE status = 'active'`,
];

/** Nothing has written a row yet, so what was sealed in another form need not be kept. */
const integrations = (): string[] => [
  `ALTER TABLE platform.integration_configs
     DROP COLUMN secrets_sealed,
     DROP CONSTRAINT integration_configs_tenant_id_kind_name_key,
     DROP CONSTRAINT integration_configs_status_check,
     ADD CONSTRAINT integration_configs_status_check CHECK (status IN ('active', 'disabled', 'removed')),
     ADD COLUMN secrets_sealed text,
     ADD COLUMN secret_hints jsonb NOT NULL DEFAULT '{}',
     ADD COLUMN token_sealed text,
     ADD COLUMN token_expires_at timestamptz,
     ADD COLUMN tested_at timestamptz,
     ADD COLUMN test_problem text,
     ADD CHECK ((token_sealed IS NULL) = (token_expires_at IS NULL)),
     ADD CHECK (status <> 'removed' OR (secrets_sealed IS NULL AND token_sealed IS NULL))`,
  `CREATE UNIQUE INDEX integration_configs_one_name ON platform.integration_configs (tenant_id, kind, name)
     WHERE status <> 'removed'`,
];

const endpoints = (): string[] => [
  // Not all failures are one outage: first_failure_at opens a window of a day, failing_since says that it is lasting.
  `ALTER TABLE platform.webhook_endpoints
     DROP COLUMN secret_sealed,
     DROP COLUMN previous_secret_sealed,
     DROP CONSTRAINT webhook_endpoints_url_check,
     DROP CONSTRAINT webhook_endpoints_status_check,
     ADD CONSTRAINT webhook_endpoints_status_check CHECK (status IN ('active', 'disabled', 'removed')),
     ADD COLUMN description text NOT NULL DEFAULT '',
     ADD COLUMN disabled_reason text CHECK (disabled_reason IN ('user', 'gone', 'failing')),
     ADD COLUMN disabled_at timestamptz,
     ADD COLUMN rate_per_second integer NOT NULL DEFAULT 50 CHECK (rate_per_second BETWEEN 1 AND 1000),
     ADD COLUMN tokens real NOT NULL DEFAULT 0 CHECK (tokens >= 0),
     ADD COLUMN tokens_at timestamptz NOT NULL DEFAULT '-infinity',
     ADD COLUMN consecutive_failures integer NOT NULL DEFAULT 0 CHECK (consecutive_failures >= 0),
     ADD COLUMN first_failure_at timestamptz,
     ADD COLUMN failing_since timestamptz,
     ADD COLUMN last_success_at timestamptz,
     ADD COLUMN last_failure_at timestamptz,
     ADD COLUMN held_until timestamptz,
     ADD CHECK ((status = 'disabled') = (disabled_reason IS NOT NULL))`,

  // signs_until NULL: the current one. Earlier ones sign beside it until then.
  `CREATE TABLE platform.webhook_secrets (
     ${TENANT_ROW},
     endpoint_id uuid NOT NULL,
     secret_sealed text NOT NULL,
     signs_until timestamptz,
     ${CHANGES},
     FOREIGN KEY (tenant_id, endpoint_id) REFERENCES platform.webhook_endpoints (tenant_id, id)
   )`,
  ...tenantScoped('webhook_secrets', { grants: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] }),
  'CREATE INDEX webhook_secrets_endpoint ON platform.webhook_secrets (tenant_id, endpoint_id)',
  `CREATE UNIQUE INDEX webhook_secrets_one_current ON platform.webhook_secrets (tenant_id, endpoint_id)
     WHERE signs_until IS NULL`,
];

const deliveries = (): string[] => [
  // The id is the event's. What is sent is sealed: it may hold more than the receiver of a dump should see.
  `CREATE TABLE platform.webhook_messages (
     ${TENANT_ROW},
     event_type text NOT NULL,
     occurred_at timestamptz NOT NULL,
     content_sealed text NOT NULL,
     ${CREATION}
   )`,
  ...tenantScoped('webhook_messages', APPEND_ONLY),
  'CREATE INDEX webhook_messages_age ON platform.webhook_messages (tenant_id, created_at)',

  `CREATE TABLE platform.webhook_replays (
     ${TENANT_ROW},
     endpoint_id uuid NOT NULL,
     since timestamptz NOT NULL,
     until timestamptz NOT NULL,
     only_failed boolean NOT NULL,
     total integer NOT NULL CHECK (total >= 0),
     ${CREATION},
     FOREIGN KEY (tenant_id, endpoint_id) REFERENCES platform.webhook_endpoints (tenant_id, id),
     CHECK (until > since)
   )`,
  ...tenantScoped('webhook_replays', APPEND_ONLY),
  'CREATE INDEX webhook_replays_endpoint ON platform.webhook_replays (tenant_id, endpoint_id, id)',

  // sending: a process has it in hand until next_attempt_at. held: the endpoint was disabled, a replay sends it.
  // round: how often the sending began from the start; attempt: within the round.
  `CREATE TABLE platform.webhook_deliveries (
     ${TENANT_ROW},
     endpoint_id uuid NOT NULL,
     message_id uuid NOT NULL,
     kind text NOT NULL DEFAULT 'event' CHECK (kind IN ('event', 'test')),
     status text NOT NULL DEFAULT 'pending'
       CHECK (status IN ('pending', 'sending', 'delivered', 'failed', 'held', 'cancelled')),
     round integer NOT NULL DEFAULT 1 CHECK (round > 0),
     attempt integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
     next_attempt_at timestamptz NOT NULL DEFAULT now(),
     replay_id uuid,
     problem text,
     delivered_at timestamptz,
     ${CHANGES},
     UNIQUE (tenant_id, endpoint_id, message_id),
     FOREIGN KEY (tenant_id, endpoint_id) REFERENCES platform.webhook_endpoints (tenant_id, id),
     FOREIGN KEY (tenant_id, message_id) REFERENCES platform.webhook_messages (tenant_id, id),
     FOREIGN KEY (tenant_id, replay_id) REFERENCES platform.webhook_replays (tenant_id, id)
   )`,
  ...tenantScoped('webhook_deliveries'),
  `CREATE INDEX webhook_deliveries_due ON platform.webhook_deliveries (tenant_id, endpoint_id, next_attempt_at)
     WHERE status IN ('pending', 'sending')`,
  `CREATE INDEX webhook_deliveries_sending ON platform.webhook_deliveries (tenant_id, endpoint_id, next_attempt_at)
     WHERE status = 'sending'`,
  'CREATE INDEX webhook_deliveries_list ON platform.webhook_deliveries (tenant_id, endpoint_id, id)',
  'CREATE INDEX webhook_deliveries_message ON platform.webhook_deliveries (tenant_id, message_id)',
  'CREATE INDEX webhook_deliveries_replay ON platform.webhook_deliveries (tenant_id, replay_id)',

  `CREATE TABLE platform.webhook_attempts (
     ${TENANT_ROW},
     delivery_id uuid NOT NULL,
     round integer NOT NULL,
     attempt integer NOT NULL,
     status_code integer,
     problem text,
     elapsed_ms integer NOT NULL,
     response_headers jsonb NOT NULL DEFAULT '{}',
     response_sealed text,
     ${CREATION},
     FOREIGN KEY (tenant_id, delivery_id) REFERENCES platform.webhook_deliveries (tenant_id, id)
   )`,
  ...tenantScoped('webhook_attempts', APPEND_ONLY),
  'CREATE INDEX webhook_attempts_delivery ON platform.webhook_attempts (tenant_id, delivery_id, id)',
];

/** Whose an id is, for the audit of attempts at rows of other tenants: two columns, nothing else. */
const lookup = (): string[] =>
  ['integration_configs', 'webhook_endpoints', 'webhook_deliveries', 'webhook_replays'].flatMap((table) => [
    `GRANT SELECT (tenant_id, id) ON platform.${table} TO platform_lookup`,
    `CREATE POLICY lookup ON platform.${table} FOR SELECT TO platform_lookup USING (true)`,
  ]);
