import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run } from './ddl.js';

/** Settings of users, and when a value was taken back. */
export class CompleteTenancy1763900000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      // A value taken back leaves its row, so that versions only rise.
      `ALTER TABLE platform.tenant_settings
         ADD COLUMN user_id uuid,
         ADD COLUMN status text NOT NULL DEFAULT 'set' CHECK (status IN ('set', 'cleared')),
         ALTER COLUMN value DROP NOT NULL,
         ADD CONSTRAINT tenant_settings_user FOREIGN KEY (tenant_id, user_id) REFERENCES platform.users (tenant_id, id),
         ADD CONSTRAINT tenant_settings_one_layer CHECK (org_id IS NULL OR user_id IS NULL),
         ADD CONSTRAINT tenant_settings_value CHECK ((status = 'cleared') = (value IS NULL)),
         DROP CONSTRAINT tenant_settings_tenant_id_org_id_key_key,
         ADD CONSTRAINT tenant_settings_once UNIQUE NULLS NOT DISTINCT (tenant_id, org_id, user_id, key)`,
      'CREATE INDEX tenant_settings_key ON platform.tenant_settings (tenant_id, key)',
      'CREATE INDEX tenant_settings_user ON platform.tenant_settings (tenant_id, user_id)',
      'REVOKE DELETE ON platform.tenant_settings FROM platform_app',
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, [
      "DELETE FROM platform.tenant_settings WHERE user_id IS NOT NULL OR status = 'cleared'",
      'DROP INDEX platform.tenant_settings_key',
      'ALTER TABLE platform.tenant_settings DROP COLUMN user_id, DROP COLUMN status, ALTER COLUMN value SET NOT NULL',
      'ALTER TABLE platform.tenant_settings ADD UNIQUE NULLS NOT DISTINCT (tenant_id, org_id, key)',
    ]);
  }
}
