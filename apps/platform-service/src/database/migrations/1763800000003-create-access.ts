import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CHANGES, GLOBAL_CHANGES, global, run, TENANT_ROW, tenantScoped } from './ddl.js';

/** Products with the permissions and role templates they bring, and each tenant's roles and grants. */
export class CreateAccess1763800000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      `CREATE TABLE platform.products (
         key text PRIMARY KEY CHECK (key ~ '^[a-z]+$'),
         name text NOT NULL,
         manifest jsonb NOT NULL,
         manifest_digest text NOT NULL,
         audit_stream text,
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'retired')),
         ${GLOBAL_CHANGES}
       )`,
      ...global('products'),

      // The product is NULL for what PLATFORM brings itself.
      `CREATE TABLE platform.permissions (
         key text PRIMARY KEY CHECK (key ~ '^[a-z]+\\.[a-z-]+\\.[a-z-]+$'),
         product text REFERENCES platform.products (key),
         description jsonb NOT NULL,
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'retired')),
         ${GLOBAL_CHANGES}
       )`,
      ...global('permissions'),
      'CREATE INDEX permissions_product ON platform.permissions (product)',

      `CREATE TABLE platform.role_templates (
         key text PRIMARY KEY CHECK (key ~ '^[a-z][a-z0-9_.-]+$'),
         product text REFERENCES platform.products (key),
         name text NOT NULL,
         scope text NOT NULL CHECK (scope IN ('saas', 'tenant', 'org', 'user')),
         permissions text[] NOT NULL,
         status text NOT NULL DEFAULT 'published' CHECK (status IN ('published', 'retired')),
         ${GLOBAL_CHANGES}
       )`,
      ...global('role_templates'),
      'CREATE INDEX role_templates_product ON platform.role_templates (product)',

      // scope: the widest scope at which the role may be granted. permissions: patterns, * per part or alone.
      `CREATE TABLE platform.roles (
         ${TENANT_ROW},
         key text NOT NULL CHECK (key ~ '^[a-z][a-z0-9_.-]+$'),
         name text NOT NULL,
         scope text NOT NULL CHECK (scope IN ('saas', 'tenant', 'org', 'user')),
         permissions text[] NOT NULL,
         template_key text REFERENCES platform.role_templates (key),
         status text NOT NULL DEFAULT 'published' CHECK (status IN ('published', 'retired')),
         ${CHANGES},
         UNIQUE (tenant_id, key),
         CHECK (scope <> 'saas' OR tenant_id = '00000000-0000-7000-8000-000000000000')
       )`,
      ...tenantScoped('roles'),
      'CREATE INDEX roles_template ON platform.roles (template_key)',

      `CREATE TABLE platform.user_roles (
         ${TENANT_ROW},
         user_id uuid NOT NULL,
         role_id uuid NOT NULL,
         scope text NOT NULL CHECK (scope IN ('saas', 'tenant', 'org', 'user')),
         org_id uuid,
         granted_by uuid NOT NULL,
         expires_at timestamptz,
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'revoked')),
         revoked_at timestamptz,
         ${CHANGES},
         FOREIGN KEY (tenant_id, user_id) REFERENCES platform.users (tenant_id, id),
         FOREIGN KEY (tenant_id, role_id) REFERENCES platform.roles (tenant_id, id),
         FOREIGN KEY (tenant_id, org_id) REFERENCES platform.organizations (tenant_id, id),
         CHECK ((scope = 'org') = (org_id IS NOT NULL)),
         CHECK ((status = 'revoked') = (revoked_at IS NOT NULL)),
         CHECK (scope <> 'saas' OR tenant_id = '00000000-0000-7000-8000-000000000000')
       )`,
      ...tenantScoped('user_roles'),
      'CREATE INDEX user_roles_user ON platform.user_roles (tenant_id, user_id)',
      'CREATE INDEX user_roles_role ON platform.user_roles (tenant_id, role_id)',
      'CREATE INDEX user_roles_org ON platform.user_roles (tenant_id, org_id)',
      `CREATE UNIQUE INDEX user_roles_one_active ON platform.user_roles (tenant_id, user_id, role_id, scope, org_id)
         NULLS NOT DISTINCT WHERE status = 'active'`,
    ]);
  }

  async down(): Promise<void> {
    throw new Error('the first migrations are not undone; drop the database instead');
  }
}
