import { TENANT_POLICY } from '@kit/service';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APPEND_ONLY, CHANGES, GLOBAL_CHANGES, global, run, TENANT_ROW, tenantScoped } from './ddl.js';

/** Statement triggers are not inherited, and a partition can be named directly: each gets its own. */
const refuseChanges = (table: string): string =>
  `CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ${table}
     FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_audit_change()`;

/** Personal data under the chain, signed states of it, holds, and how its oldest months end. */
export class CompleteAudit1763900000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      // format 1: ip and user_agent in clear, outside the chain. 2: in `personal`, by the user they are about, each
      // sealed under that user's key and hashed as it stands. public_hash: a chain of plain SHA-256 beside the keyed
      // one, which anybody can compute again from an export.
      `ALTER TABLE platform.audit_logs
         ADD COLUMN format smallint NOT NULL DEFAULT 1 CHECK (format IN (1, 2)),
         ADD COLUMN personal jsonb,
         ADD COLUMN public_hash bytea CHECK (octet_length(public_hash) = 32),
         ADD CONSTRAINT audit_logs_public_hash CHECK ((format = 1) = (public_hash IS NULL)),
         ADD CONSTRAINT audit_logs_changes CHECK (jsonb_typeof(changes) = 'object') NOT VALID,
         ADD CONSTRAINT audit_logs_personal CHECK (jsonb_typeof(personal) = 'object')`,
      'ALTER TABLE platform.audit_logs ALTER COLUMN format DROP DEFAULT, ALTER COLUMN id DROP DEFAULT',

      // The order of the log is (recorded_at, seq): partitions are read newest first, and no further than a page needs.
      'DROP INDEX platform.audit_logs_entity, platform.audit_logs_actor',
      'CREATE INDEX audit_logs_time ON platform.audit_logs (tenant_id, recorded_at, seq)',
      'CREATE INDEX audit_logs_actor ON platform.audit_logs (tenant_id, actor_id, recorded_at, seq)',
      `CREATE INDEX audit_logs_entity ON platform.audit_logs (tenant_id, entity_id, recorded_at, seq)
         WHERE entity_id IS NOT NULL`,
      'CREATE INDEX audit_logs_entity_type ON platform.audit_logs (tenant_id, entity_type, recorded_at, seq)',
      'CREATE INDEX audit_logs_action ON platform.audit_logs (tenant_id, action COLLATE "C", recorded_at, seq)',
      `CREATE INDEX audit_logs_org ON platform.audit_logs (tenant_id, org_id, recorded_at, seq)
         WHERE org_id IS NOT NULL`,
      `CREATE INDEX audit_logs_refused ON platform.audit_logs (tenant_id, recorded_at, seq)
         WHERE outcome = 'refused'`,

      `ALTER TABLE platform.audit_heads
         ADD COLUMN public_hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
           CHECK (octet_length(public_hash) = 32),
         ADD COLUMN recorded_at timestamptz NOT NULL DEFAULT 'epoch',
         ADD COLUMN anchored_seq bigint NOT NULL DEFAULT 0 CHECK (anchored_seq >= 0),
         ADD COLUMN anchored_at timestamptz NOT NULL DEFAULT now()`,

      `CREATE TABLE platform.audit_checkpoints (
         ${TENANT_ROW},
         kind text NOT NULL CHECK (kind IN ('anchor', 'retention')),
         seq bigint NOT NULL CHECK (seq > 0),
         head bytea NOT NULL CHECK (octet_length(head) = 32),
         public_head bytea NOT NULL CHECK (octet_length(public_head) = 32),
         count bigint NOT NULL CHECK (count >= 0),
         signed_at timestamptz NOT NULL,
         kid text NOT NULL,
         signature bytea NOT NULL CHECK (octet_length(signature) = 64)
       )`,
      ...tenantScoped('audit_checkpoints', APPEND_ONLY),
      'REVOKE UPDATE, DELETE, TRUNCATE ON platform.audit_checkpoints FROM platform_system',
      'CREATE UNIQUE INDEX audit_checkpoints_seq ON platform.audit_checkpoints (tenant_id, seq, kind)',

      `CREATE TABLE platform.audit_keys (
         id uuid PRIMARY KEY,
         kind text NOT NULL CHECK (kind IN ('signing', 'chain')),
         kid text NOT NULL UNIQUE,
         public_jwk jsonb,
         private_key_sealed bytea NOT NULL,
         status text NOT NULL CHECK (status IN ('active', 'retired')),
         ${GLOBAL_CHANGES},
         CHECK ((kind = 'signing') = (public_jwk IS NOT NULL))
       )`,
      ...global('audit_keys'),
      "CREATE UNIQUE INDEX audit_keys_one_active ON platform.audit_keys (kind) WHERE status = 'active'",

      `CREATE TABLE platform.audit_holds (
         ${TENANT_ROW},
         reason text NOT NULL,
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'released')),
         release_reason text,
         released_at timestamptz,
         ${CHANGES},
         CHECK ((status = 'released') = (released_at IS NOT NULL))
       )`,
      ...tenantScoped('audit_holds'),
      "CREATE INDEX audit_holds_active ON platform.audit_holds (tenant_id) WHERE status = 'active'",

      // Grants already keep the service out; this stops the owner as well, and whoever is given too much one day.
      `CREATE FUNCTION platform.refuse_audit_change() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
       BEGIN
         RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
       END $$`,
      refuseChanges('platform.audit_logs'),
      refuseChanges('platform.audit_checkpoints'),
      `DO $$
       DECLARE partition regclass;
       BEGIN
         FOR partition IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'platform.audit_logs'::regclass LOOP
           EXECUTE format('${refuseChanges('%s').replaceAll('\n', ' ')}', partition);
         END LOOP;
       END $$`,
      'DROP FUNCTION platform.ensure_audit_partitions(integer)',
      `CREATE FUNCTION platform.ensure_audit_partitions(months_ahead integer) RETURNS integer
       LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
       DECLARE
         first_day timestamptz;
         partition_name text;
         made integer := 0;
       BEGIN
         FOR ahead IN 0..least(months_ahead, 24) LOOP
           first_day := (date_trunc('month', now() AT TIME ZONE 'UTC') + ahead * interval '1 month') AT TIME ZONE 'UTC';
           partition_name := 'audit_logs_' || to_char(first_day AT TIME ZONE 'UTC', 'YYYY_MM');
           CONTINUE WHEN to_regclass('platform.' || partition_name) IS NOT NULL;
           EXECUTE format('CREATE TABLE platform.%I PARTITION OF platform.audit_logs FOR VALUES FROM (%L) TO (%L)',
                          partition_name, first_day,
                          (first_day AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
           EXECUTE format('ALTER TABLE platform.%I ENABLE ROW LEVEL SECURITY', partition_name);
           EXECUTE format('ALTER TABLE platform.%I FORCE ROW LEVEL SECURITY', partition_name);
           EXECUTE format($policy$CREATE POLICY tenant ON platform.%I USING (${TENANT_POLICY}) WITH CHECK (${TENANT_POLICY})$policy$,
                          partition_name);
           EXECUTE format('REVOKE ALL ON platform.%I FROM platform_system', partition_name);
           EXECUTE format('${refuseChanges('platform.%I').replaceAll('\n', ' ')}', partition_name);
           made := made + 1;
         END LOOP;
         RETURN made;
       END $$`,
      'REVOKE ALL ON FUNCTION platform.ensure_audit_partitions(integer) FROM PUBLIC',
      'GRANT EXECUTE ON FUNCTION platform.ensure_audit_partitions(integer) TO platform_system',

      `CREATE FUNCTION platform.audit_partitions() RETURNS TABLE (name text, begins_at timestamptz, ends_at timestamptz)
       LANGUAGE sql STABLE SET search_path = '' AS $$
         SELECT c.relname,
           (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \\(''([^'']+)''\\)'))[1]::timestamptz,
           (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \\(''([^'']+)''\\)'))[1]::timestamptz
         FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = 'platform.audit_logs'::regclass ORDER BY 2
       $$`
        .replaceAll('pg_inherits', 'pg_catalog.pg_inherits')
        .replaceAll('pg_class', 'pg_catalog.pg_class'),
      // The only way a record ever leaves: with its whole month, years after it was closed. Who calls it has to have
      // signed the end of that month for every tenant, and to have looked for holds.
      `CREATE FUNCTION platform.drop_audit_partition(partition_name text) RETURNS void
       LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
       BEGIN
         PERFORM FROM platform.audit_partitions() p
         WHERE p.name = partition_name AND p.ends_at <= now() - interval '1 year';
         IF NOT FOUND THEN
           RAISE EXCEPTION '% is no month of the audit log that ended more than a year ago', partition_name;
         END IF;
         EXECUTE format('DROP TABLE platform.%I', partition_name);
       END $$`,
      'REVOKE ALL ON FUNCTION platform.drop_audit_partition(text) FROM PUBLIC',
      'GRANT EXECUTE ON FUNCTION platform.drop_audit_partition(text) TO platform_system',
    ]);
  }

  async down(): Promise<void> {
    throw new Error('records of the second format cannot be read by what was before; restore a backup instead');
  }
}
