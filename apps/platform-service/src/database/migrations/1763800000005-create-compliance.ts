import { TENANT_POLICY } from '@kit/service';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APPEND_ONLY, CHANGES, run, TENANT_ROW, tenantScoped } from './ddl.js';

/** The audit log with its chain and monthly partitions, consents and requests of data subjects. */
export class CreateCompliance1763800000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      // Partitioned by the time PLATFORM appended the record, which only rises. Uniqueness of seq and of the record
      // cannot be declared across partitions: the first follows from the locked head, the second from the inbox.
      // ip and user_agent may have to be forgotten, so the chain does not cover them.
      `CREATE TABLE platform.audit_logs (
         tenant_id uuid NOT NULL,
         id uuid NOT NULL DEFAULT uuidv7(),
         recorded_at timestamptz NOT NULL,
         seq bigint NOT NULL CHECK (seq > 0),
         record_id uuid NOT NULL,
         product text NOT NULL,
         occurred_at timestamptz NOT NULL,
         actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'job', 'anonymous', 'service')),
         actor_id text,
         impersonator_id uuid,
         action text NOT NULL,
         entity_type text NOT NULL,
         entity_id text,
         outcome text NOT NULL CHECK (outcome IN ('done', 'refused')),
         reason text,
         changes jsonb,
         org_id uuid,
         request_id text NOT NULL,
         ip text,
         user_agent text,
         prev_hash bytea NOT NULL CHECK (octet_length(prev_hash) = 32),
         hash bytea NOT NULL CHECK (octet_length(hash) = 32),
         PRIMARY KEY (tenant_id, id, recorded_at)
       ) PARTITION BY RANGE (recorded_at)`,
      ...tenantScoped('audit_logs', APPEND_ONLY),
      'REVOKE UPDATE, DELETE, TRUNCATE ON platform.audit_logs FROM platform_system',
      'CREATE INDEX audit_logs_chain ON platform.audit_logs (tenant_id, seq)',
      'CREATE INDEX audit_logs_entity ON platform.audit_logs (tenant_id, entity_type, entity_id, seq)',
      'CREATE INDEX audit_logs_actor ON platform.audit_logs (tenant_id, actor_id, seq)',

      // Row-level security is not inherited by partitions, so each gets its own. Runs as the owner, because the
      // service's roles own nothing; only the system role may call it, and it takes nothing but a number.
      `CREATE FUNCTION platform.ensure_audit_partitions(months_ahead integer) RETURNS integer
       LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
       DECLARE
         first_day timestamptz;
         partition_name text;
         made integer := 0;
       BEGIN
         FOR ahead IN 0..least(months_ahead, 24) LOOP
           first_day := date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + ahead * interval '1 month';
           partition_name := 'audit_logs_' || to_char(first_day AT TIME ZONE 'UTC', 'YYYY_MM');
           CONTINUE WHEN to_regclass('platform.' || partition_name) IS NOT NULL;
           EXECUTE format('CREATE TABLE platform.%I PARTITION OF platform.audit_logs FOR VALUES FROM (%L) TO (%L)',
                          partition_name, first_day, first_day + interval '1 month');
           EXECUTE format('ALTER TABLE platform.%I ENABLE ROW LEVEL SECURITY', partition_name);
           EXECUTE format('ALTER TABLE platform.%I FORCE ROW LEVEL SECURITY', partition_name);
           EXECUTE format($policy$CREATE POLICY tenant ON platform.%I USING (${TENANT_POLICY}) WITH CHECK (${TENANT_POLICY})$policy$,
                          partition_name);
           EXECUTE format('REVOKE ALL ON platform.%I FROM platform_system', partition_name);
           made := made + 1;
         END LOOP;
         RETURN made;
       END $$`,
      'REVOKE ALL ON FUNCTION platform.ensure_audit_partitions(integer) FROM PUBLIC',
      'GRANT EXECUTE ON FUNCTION platform.ensure_audit_partitions(integer) TO platform_system',
      'SELECT platform.ensure_audit_partitions(1)',

      `CREATE TABLE platform.audit_heads (
         tenant_id uuid PRIMARY KEY REFERENCES platform.tenants (tenant_id),
         seq bigint NOT NULL CHECK (seq >= 0),
         hash bytea NOT NULL CHECK (octet_length(hash) = 32)
       )`,
      ...tenantScoped('audit_heads'),

      `CREATE TABLE platform.gdpr_consents (
         ${TENANT_ROW},
         user_id uuid NOT NULL,
         purpose text NOT NULL,
         purpose_version integer NOT NULL CHECK (purpose_version > 0),
         status text NOT NULL CHECK (status IN ('given', 'withdrawn')),
         given_at timestamptz NOT NULL,
         withdrawn_at timestamptz,
         ${CHANGES},
         FOREIGN KEY (tenant_id, user_id) REFERENCES platform.users (tenant_id, id),
         CHECK ((status = 'withdrawn') = (withdrawn_at IS NOT NULL))
       )`,
      ...tenantScoped('gdpr_consents'),
      'CREATE INDEX gdpr_consents_user ON platform.gdpr_consents (tenant_id, user_id, purpose)',

      `CREATE TABLE platform.data_subject_requests (
         ${TENANT_ROW},
         user_id uuid NOT NULL,
         kind text NOT NULL CHECK (kind IN ('access', 'portability', 'rectification', 'erasure')),
         status text NOT NULL DEFAULT 'received'
           CHECK (status IN ('received', 'in_progress', 'completed', 'refused', 'cancelled')),
         due_at timestamptz NOT NULL,
         ${CHANGES},
         FOREIGN KEY (tenant_id, user_id) REFERENCES platform.users (tenant_id, id)
       )`,
      ...tenantScoped('data_subject_requests'),
      'CREATE INDEX data_subject_requests_user ON platform.data_subject_requests (tenant_id, user_id)',
      `CREATE INDEX data_subject_requests_open ON platform.data_subject_requests (tenant_id, due_at)
         WHERE status IN ('received', 'in_progress')`,
    ]);
  }

  async down(): Promise<void> {
    throw new Error('the first migrations are not undone; drop the database instead');
  }
}
