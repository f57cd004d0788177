import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CHANGES, run, TENANT_ROW, tenantScoped } from './ddl.js';

/** The tree of organizations in a tenant, who belongs to them, and the tenant's settings. */
export class CreateTenancy1763800000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      // ancestor_ids runs from the root to the parent, so that "the grant's organization or below" is one array test.
      `CREATE TABLE platform.organizations (
         ${TENANT_ROW},
         parent_id uuid,
         ancestor_ids uuid[] NOT NULL DEFAULT '{}' CHECK (cardinality(ancestor_ids) <= 10),
         kind text NOT NULL CHECK (kind IN ('unit', 'association', 'company', 'public_body', 'other')),
         name text NOT NULL CHECK (name <> ''),
         organization_number text CHECK (organization_number ~ '^[0-9]{9}$'),
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'archived')),
         ${CHANGES},
         FOREIGN KEY (tenant_id, parent_id) REFERENCES platform.organizations (tenant_id, id),
         CHECK (parent_id IS NOT DISTINCT FROM ancestor_ids[cardinality(ancestor_ids)]),
         CHECK (id <> ALL (ancestor_ids))
       )`,
      ...tenantScoped('organizations'),
      'CREATE INDEX organizations_parent ON platform.organizations (tenant_id, parent_id)',
      'CREATE INDEX organizations_name ON platform.organizations (tenant_id, name, id)',
      `CREATE UNIQUE INDEX organizations_number ON platform.organizations (tenant_id, organization_number)
         WHERE status = 'active'`,

      `CREATE TABLE platform.memberships (
         ${TENANT_ROW},
         user_id uuid NOT NULL,
         org_id uuid NOT NULL,
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('invited', 'active', 'ended')),
         ended_at timestamptz,
         ${CHANGES},
         FOREIGN KEY (tenant_id, user_id) REFERENCES platform.users (tenant_id, id),
         FOREIGN KEY (tenant_id, org_id) REFERENCES platform.organizations (tenant_id, id),
         CHECK ((status = 'ended') = (ended_at IS NOT NULL))
       )`,
      ...tenantScoped('memberships'),
      'CREATE INDEX memberships_user ON platform.memberships (tenant_id, user_id)',
      'CREATE INDEX memberships_org ON platform.memberships (tenant_id, org_id, id)',
      `CREATE UNIQUE INDEX memberships_one_live ON platform.memberships (tenant_id, org_id, user_id)
         WHERE status IN ('invited', 'active')`,

      `CREATE TABLE platform.tenant_settings (
         ${TENANT_ROW},
         org_id uuid,
         key text NOT NULL CHECK (key ~ '^[a-z]+\\.[a-z0-9.-]+$'),
         value jsonb NOT NULL,
         ${CHANGES},
         UNIQUE NULLS NOT DISTINCT (tenant_id, org_id, key),
         FOREIGN KEY (tenant_id, org_id) REFERENCES platform.organizations (tenant_id, id)
       )`,
      ...tenantScoped('tenant_settings', { grants: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] }),
    ]);
  }

  async down(): Promise<void> {
    throw new Error('the first migrations are not undone; drop the database instead');
  }
}
