import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APPEND_ONLY, CHANGES, ROWS_STAY, run, TENANT_ROW, tenantScoped } from './ddl.js';

/** What a directory says over SCIM: of whom, of which groups, who is in them, and which roles that means. */
export class CreateScim1763900000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      // The id is the user's. Whoever the directory has let go stays as `deleted` and is found again by the address.
      `CREATE TABLE platform.scim_users (
         ${TENANT_ROW},
         external_id text CHECK (external_id <> ''),
         attributes jsonb NOT NULL DEFAULT '{}',
         origin text NOT NULL CHECK (origin IN ('created', 'adopted')),
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'deleted')),
         ${CHANGES},
         FOREIGN KEY (tenant_id, id) REFERENCES platform.users (tenant_id, id)
       )`,
      ...tenantScoped('scim_users', ROWS_STAY),
      `CREATE UNIQUE INDEX scim_users_external ON platform.scim_users (tenant_id, external_id) WHERE status = 'active'`,

      // The id is the organization's.
      `CREATE TABLE platform.scim_groups (
         ${TENANT_ROW},
         external_id text CHECK (external_id <> ''),
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'deleted')),
         ${CHANGES},
         FOREIGN KEY (tenant_id, id) REFERENCES platform.organizations (tenant_id, id)
       )`,
      ...tenantScoped('scim_groups', ROWS_STAY),
      `CREATE UNIQUE INDEX scim_groups_external ON platform.scim_groups (tenant_id, external_id) WHERE status = 'active'`,

      // Apart from memberships: whom somebody else has put into the organization gets no role by it.
      `CREATE TABLE platform.scim_group_members (
         ${TENANT_ROW},
         group_id uuid NOT NULL,
         user_id uuid NOT NULL,
         created_at timestamptz NOT NULL DEFAULT now(),
         created_by uuid NOT NULL,
         UNIQUE (tenant_id, group_id, user_id),
         FOREIGN KEY (tenant_id, group_id) REFERENCES platform.scim_groups (tenant_id, id),
         FOREIGN KEY (tenant_id, user_id) REFERENCES platform.scim_users (tenant_id, id)
       )`,
      ...tenantScoped('scim_group_members', { grants: ['SELECT', 'INSERT', 'DELETE'] }),
      'CREATE INDEX scim_group_members_user ON platform.scim_group_members (tenant_id, user_id)',

      // created_by: in whose name the role is given.
      `CREATE TABLE platform.scim_group_roles (
         ${TENANT_ROW},
         group_id uuid NOT NULL,
         role_id uuid NOT NULL,
         scope text NOT NULL CHECK (scope IN ('saas', 'tenant', 'org', 'user')),
         org_id uuid,
         created_at timestamptz NOT NULL DEFAULT now(),
         created_by uuid NOT NULL,
         CHECK ((scope = 'org') = (org_id IS NOT NULL)),
         UNIQUE NULLS NOT DISTINCT (tenant_id, group_id, role_id, scope, org_id),
         FOREIGN KEY (tenant_id, group_id) REFERENCES platform.scim_groups (tenant_id, id),
         FOREIGN KEY (tenant_id, role_id) REFERENCES platform.roles (tenant_id, id),
         FOREIGN KEY (tenant_id, org_id) REFERENCES platform.organizations (tenant_id, id)
       )`,
      ...tenantScoped('scim_group_roles', { grants: ['SELECT', 'INSERT', 'DELETE'] }),
      'CREATE INDEX scim_group_roles_role ON platform.scim_group_roles (tenant_id, role_id)',
      'CREATE INDEX scim_group_roles_org ON platform.scim_group_roles (tenant_id, org_id)',

      // The id is the grant's: only what came of a group goes with it.
      `CREATE TABLE platform.scim_grants (
         ${TENANT_ROW},
         created_at timestamptz NOT NULL DEFAULT now(),
         created_by uuid NOT NULL,
         FOREIGN KEY (tenant_id, id) REFERENCES platform.user_roles (tenant_id, id)
       )`,
      ...tenantScoped('scim_grants', APPEND_ONLY),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    const tables = ['scim_grants', 'scim_group_roles', 'scim_group_members', 'scim_groups', 'scim_users'];
    await run(
      runner,
      tables.map((table) => `DROP TABLE platform.${table}`),
    );
  }
}
