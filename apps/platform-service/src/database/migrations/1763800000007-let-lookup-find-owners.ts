import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run } from './ddl.js';

const TABLES = ['users', 'organizations', 'sessions', 'roles', 'user_roles'];

/** Whose is this id? Asked after a "not found", to audit attempts at rows of other tenants. Two columns, nothing else. */
export class LetLookupFindOwners1763800000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(
      runner,
      TABLES.flatMap((table) => [
        `GRANT SELECT (tenant_id, id) ON platform.${table} TO platform_lookup`,
        `CREATE POLICY lookup ON platform.${table} FOR SELECT TO platform_lookup USING (true)`,
      ]),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(
      runner,
      TABLES.flatMap((table) => [
        `DROP POLICY lookup ON platform.${table}`,
        `REVOKE SELECT (tenant_id, id) ON platform.${table} FROM platform_lookup`,
      ]),
    );
  }
}
