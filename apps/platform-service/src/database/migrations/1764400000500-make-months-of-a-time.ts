import { TENANT_POLICY } from '@kit/service';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The months of the audit log that there must be at a time, which need not be now: what will be can be tried. */
export class MakeMonthsOfATime1764400000500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE FUNCTION platform.ensure_audit_partitions(months_ahead integer, at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  first_day timestamptz;
  partition_name text;
  made integer := 0;
BEGIN
  FOR ahead IN 0..least(months_ahead, 24) LOOP
    first_day := (date_trunc('month', at AT TIME ZONE 'UTC') + ahead * interval '1 month') AT TIME ZONE 'UTC';
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
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.%I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_audit_change()', partition_name);
    made := made + 1;
  END LOOP;
  RETURN made;
END $$`);
    await runner.query('REVOKE ALL ON FUNCTION platform.ensure_audit_partitions(integer, timestamptz) FROM PUBLIC');
    await runner.query(
      'GRANT EXECUTE ON FUNCTION platform.ensure_audit_partitions(integer, timestamptz) TO platform_system',
    );
    // The release before asks for now.
    await runner.query(`
CREATE OR REPLACE FUNCTION platform.ensure_audit_partitions(months_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  RETURN platform.ensure_audit_partitions(months_ahead, now());
END $$`);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back');
  }
}
