import type { MigrationInterface, QueryRunner } from 'typeorm';
import { GLOBAL_CHANGES, global, run } from './ddl.js';

/** Feature flags with their history, proposals and segments; configuration of the system in layers. */
export class CompleteSystem1763900000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      `ALTER TABLE platform.feature_flags
         ADD COLUMN product text REFERENCES platform.products (key),
         ADD COLUMN purpose text NOT NULL DEFAULT 'release' CHECK (purpose IN ('release', 'ops', 'experiment', 'permission')),
         ADD COLUMN owner text NOT NULL DEFAULT 'platform',
         ADD COLUMN expected_end date,
         ADD COLUMN client_exposed boolean NOT NULL DEFAULT false,
         ADD COLUMN definition_changed_at timestamptz NOT NULL DEFAULT now()`,
      'CREATE INDEX feature_flags_product ON platform.feature_flags (product)',

      // One row per definition a flag ever had.
      `CREATE TABLE platform.feature_flag_versions (
         key text NOT NULL REFERENCES platform.feature_flags (key),
         flag_version integer NOT NULL CHECK (flag_version > 0),
         definition jsonb NOT NULL,
         created_at timestamptz NOT NULL DEFAULT now(),
         created_by text NOT NULL,
         PRIMARY KEY (key, flag_version)
       )`,
      ...global('feature_flag_versions'),

      `CREATE TABLE platform.feature_flag_changes (
         id uuid PRIMARY KEY DEFAULT uuidv7(),
         key text NOT NULL REFERENCES platform.feature_flags (key),
         base_version integer NOT NULL CHECK (base_version > 0),
         definition jsonb NOT NULL,
         apply_at timestamptz,
         approved_by text[] NOT NULL DEFAULT '{}',
         status text NOT NULL DEFAULT 'proposed' CHECK (status IN ('proposed', 'approved', 'applied', 'rejected')),
         ${GLOBAL_CHANGES}
       )`,
      ...global('feature_flag_changes'),
      'CREATE INDEX feature_flag_changes_key ON platform.feature_flag_changes (key)',
      "CREATE INDEX feature_flag_changes_due ON platform.feature_flag_changes (apply_at) WHERE status = 'approved'",

      `CREATE TABLE platform.feature_flag_segments (
         key text PRIMARY KEY CHECK (key ~ '^[a-z][a-z0-9_.-]+$'),
         description text NOT NULL,
         conditions jsonb NOT NULL,
         ${GLOBAL_CHANGES}
       )`,
      ...global('feature_flag_segments'),

      // Written now and then by whoever evaluates; a row of its own, so that looking does not change the flag.
      `CREATE TABLE platform.feature_flag_uses (
         key text PRIMARY KEY REFERENCES platform.feature_flags (key),
         last_evaluated_at timestamptz NOT NULL
       )`,
      ...global('feature_flag_uses'),

      // One value per key and layer: for all (no product, no tenant), for a product, for a tenant (for_tenant). A new
      // value is a new version; the newest one that is not superseded holds.
      `ALTER TABLE platform.system_configs
         DROP CONSTRAINT system_configs_pkey,
         ADD COLUMN id uuid PRIMARY KEY DEFAULT uuidv7(),
         ADD COLUMN product text REFERENCES platform.products (key),
         ADD COLUMN for_tenant uuid REFERENCES platform.tenants (id),
         ADD COLUMN value_sealed text,
         ADD COLUMN layer_version integer NOT NULL DEFAULT 1 CHECK (layer_version > 0),
         ADD COLUMN status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'superseded', 'removed')),
         ALTER COLUMN value DROP NOT NULL,
         ALTER COLUMN description SET DEFAULT '',
         ADD CONSTRAINT system_configs_one_value CHECK ((value IS NULL) <> (value_sealed IS NULL) OR status = 'removed')`,
      `CREATE UNIQUE INDEX system_configs_one_active ON platform.system_configs (key, product, for_tenant)
         NULLS NOT DISTINCT WHERE status = 'active'`,
      `CREATE UNIQUE INDEX system_configs_versions ON platform.system_configs (key, product, for_tenant, layer_version)
         NULLS NOT DISTINCT`,
      'CREATE INDEX system_configs_product ON platform.system_configs (product)',
      'CREATE INDEX system_configs_for_tenant ON platform.system_configs (for_tenant)',
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, [
      "DELETE FROM platform.system_configs WHERE status <> 'active' OR product IS NOT NULL OR for_tenant IS NOT NULL OR value IS NULL",
      `ALTER TABLE platform.system_configs DROP COLUMN id, DROP COLUMN product, DROP COLUMN for_tenant,
         DROP COLUMN value_sealed, DROP COLUMN layer_version, DROP COLUMN status,
         ALTER COLUMN value SET NOT NULL, ADD PRIMARY KEY (key)`,
      'DROP TABLE platform.feature_flag_uses',
      'DROP TABLE platform.feature_flag_segments',
      'DROP TABLE platform.feature_flag_changes',
      'DROP TABLE platform.feature_flag_versions',
      `ALTER TABLE platform.feature_flags DROP COLUMN product, DROP COLUMN purpose, DROP COLUMN owner,
         DROP COLUMN expected_end, DROP COLUMN client_exposed, DROP COLUMN definition_changed_at`,
    ]);
  }
}
