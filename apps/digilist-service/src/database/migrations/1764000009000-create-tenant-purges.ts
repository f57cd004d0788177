import type { MigrationInterface, QueryRunner } from 'typeorm';
import { secured } from '../ddl.js';

/** What has been deleted of tenants that PLATFORM purges, until it is reported. */
export class CreateTenantPurges1764000009000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE digilist.tenant_purges (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  table_name text NOT NULL,
  deleted bigint NOT NULL CHECK (deleted >= 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000000',
  PRIMARY KEY (tenant_id, id)
);
${secured('tenant_purges', 'SELECT')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE digilist.tenant_purges');
  }
}
