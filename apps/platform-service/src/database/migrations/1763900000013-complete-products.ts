import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run } from './ddl.js';

/** Found only by their id: whose they are is all that the lookup role needs to know of them. */
const OWNED = ['role_separations', 'api_keys'];

export class CompleteProducts1763900000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(
      runner,
      OWNED.flatMap((table) => [
        `REVOKE SELECT ON platform.${table} FROM platform_lookup`,
        `GRANT SELECT (tenant_id, id) ON platform.${table} TO platform_lookup`,
      ]),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(
      runner,
      OWNED.flatMap((table) => [
        `REVOKE SELECT (tenant_id, id) ON platform.${table} FROM platform_lookup`,
        `GRANT SELECT ON platform.${table} TO platform_lookup`,
      ]),
    );
  }
}
