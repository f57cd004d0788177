import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run } from './ddl.js';

/** The one way by which rows of append-only tables leave before their time: with all else of a tenant that is purged. */
export class LetTenantsBePurged1763900000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      `CREATE FUNCTION platform.purge_tenant_table(tenant uuid, table_name text) RETURNS bigint
       LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
       DECLARE
         gone bigint;
         rest text := '';
       BEGIN
         -- The policies hold for the owner too, so nothing but this tenant's rows can be reached from here on.
         PERFORM set_config('app.tenant_id', tenant::text, true);
         IF NOT EXISTS (SELECT FROM platform.tenants t WHERE t.id = tenant AND t.status IN ('purging', 'purged')) THEN
           RAISE EXCEPTION 'tenant % is not being purged', tenant;
         END IF;
         -- The tenant and its service user stay as empty shells, that its id is never given to anybody else; what has
         -- not been published yet is, first.
         IF table_name = 'tenants' THEN RAISE EXCEPTION 'the row of the tenant itself stays'; END IF;
         IF table_name = 'users' THEN
           rest := ' AND id <> (SELECT service_user_id FROM platform.tenants WHERE id = $1)';
         ELSIF table_name = 'outbox' THEN
           rest := ' AND published_at IS NOT NULL';
         END IF;
         PERFORM set_config('app.purging', tenant::text, true);
         EXECUTE format('DELETE FROM platform.%I WHERE tenant_id = $1', table_name) || rest USING tenant;
         GET DIAGNOSTICS gone = ROW_COUNT;
         PERFORM set_config('app.purging', '', true);
         RETURN gone;
       END $$`,
      'REVOKE ALL ON FUNCTION platform.purge_tenant_table(uuid, text) FROM PUBLIC',
      'GRANT EXECUTE ON FUNCTION platform.purge_tenant_table(uuid, text) TO platform_system',
      // The setting alone opens nothing: the service and the system role may not delete there, and the policies still hold.
      `CREATE OR REPLACE FUNCTION platform.refuse_audit_change() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
       BEGIN
         IF TG_OP = 'DELETE' AND current_setting('app.purging', true) = current_setting('app.tenant_id', true)
            AND current_setting('app.purging', true) <> '' THEN
           RETURN NULL;
         END IF;
         RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
       END $$`,
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, ['DROP FUNCTION platform.purge_tenant_table(uuid, text)']);
  }
}
