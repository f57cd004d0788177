import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CHANGES, GLOBAL_CHANGES, global, run, TENANT_ROW, tenantScoped } from './ddl.js';

/** Connections to the outside, feature flags and configuration of the whole system. */
export class CreateIntegrations1763800000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      `CREATE TABLE platform.integration_configs (
         ${TENANT_ROW},
         kind text NOT NULL,
         name text NOT NULL,
         config jsonb NOT NULL,
         secrets_sealed bytea,
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
         ${CHANGES},
         UNIQUE (tenant_id, kind, name)
       )`,
      ...tenantScoped('integration_configs'),

      `CREATE TABLE platform.webhook_endpoints (
         ${TENANT_ROW},
         url text NOT NULL CHECK (url LIKE 'https://%'),
         event_types text[] NOT NULL,
         secret_sealed bytea NOT NULL,
         previous_secret_sealed bytea,
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused', 'disabled')),
         ${CHANGES}
       )`,
      ...tenantScoped('webhook_endpoints'),
      "CREATE INDEX webhook_endpoints_active ON platform.webhook_endpoints (tenant_id) WHERE status = 'active'",

      `CREATE TABLE platform.feature_flags (
         key text PRIMARY KEY CHECK (key ~ '^[a-z][a-z0-9_.-]+$'),
         description text NOT NULL,
         definition jsonb NOT NULL,
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'archived')),
         ${GLOBAL_CHANGES}
       )`,
      ...global('feature_flags'),

      `CREATE TABLE platform.system_configs (
         key text PRIMARY KEY CHECK (key ~ '^[a-z][a-z0-9_.-]+$'),
         value jsonb NOT NULL,
         description text NOT NULL,
         ${GLOBAL_CHANGES}
       )`,
      ...global('system_configs'),
    ]);
  }

  async down(): Promise<void> {
    throw new Error('the first migrations are not undone; drop the database instead');
  }
}
