import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CHANGES, run, TENANT_ROW, tenantScoped } from './ddl.js';

/** Grants that begin later, and roles that nobody may hold at once. */
export class CompleteAccess1763900000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      `ALTER TABLE platform.user_roles
         ADD COLUMN not_before timestamptz,
         ADD CONSTRAINT user_roles_begins_before_it_ends CHECK (not_before < expires_at)`,
      // The smaller id comes first, so that a pair is one row whichever way round it is named.
      `CREATE TABLE platform.role_separations (
         ${TENANT_ROW},
         role_id uuid NOT NULL,
         other_role_id uuid NOT NULL,
         reason text NOT NULL CHECK (reason <> ''),
         ${CHANGES},
         UNIQUE (tenant_id, role_id, other_role_id),
         FOREIGN KEY (tenant_id, role_id) REFERENCES platform.roles (tenant_id, id),
         FOREIGN KEY (tenant_id, other_role_id) REFERENCES platform.roles (tenant_id, id),
         CHECK (role_id < other_role_id)
       )`,
      ...tenantScoped('role_separations', { grants: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'], lookup: true }),
      'CREATE INDEX role_separations_other ON platform.role_separations (tenant_id, other_role_id)',
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, [
      'DROP TABLE platform.role_separations',
      'ALTER TABLE platform.user_roles DROP COLUMN not_before',
    ]);
  }
}
