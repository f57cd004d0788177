import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APPEND_ONLY, CHANGES, run, TENANT_ROW, tenantScoped } from './ddl.js';

/** Settings of users, invitations that hold seats, and the life of a tenant up to its end. */
export class CompleteTenancy1763900000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      // A value taken back leaves its row, so that versions only rise.
      `ALTER TABLE platform.tenant_settings
         ADD COLUMN user_id uuid,
         ADD COLUMN status text NOT NULL DEFAULT 'set' CHECK (status IN ('set', 'cleared')),
         ALTER COLUMN value DROP NOT NULL,
         ADD CONSTRAINT tenant_settings_user FOREIGN KEY (tenant_id, user_id) REFERENCES platform.users (tenant_id, id),
         ADD CONSTRAINT tenant_settings_one_layer CHECK (org_id IS NULL OR user_id IS NULL),
         ADD CONSTRAINT tenant_settings_value CHECK ((status = 'cleared') = (value IS NULL)),
         DROP CONSTRAINT tenant_settings_tenant_id_org_id_key_key,
         ADD CONSTRAINT tenant_settings_once UNIQUE NULLS NOT DISTINCT (tenant_id, org_id, user_id, key)`,
      'CREATE INDEX tenant_settings_key ON platform.tenant_settings (tenant_id, key)',
      'CREATE INDEX tenant_settings_user ON platform.tenant_settings (tenant_id, user_id)',
      'REVOKE DELETE ON platform.tenant_settings FROM platform_app',

      // Whoever was created or invited takes a seat while active or invited; whoever registered on their own does not.
      'ALTER TABLE platform.users ADD COLUMN takes_seat boolean NOT NULL DEFAULT false',

      // holds_seat: until it is accepted (then the user has it) or ends.
      `CREATE TABLE platform.invitations (
         ${TENANT_ROW},
         email text NOT NULL CHECK (email = lower(email) AND email <> ''),
         org_id uuid,
         locale text NOT NULL CHECK (locale IN ('nb', 'nn', 'en')),
         token_hash bytea NOT NULL CHECK (octet_length(token_hash) = 32),
         expires_at timestamptz NOT NULL,
         holds_seat boolean NOT NULL,
         status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'accepted', 'revoked', 'expired')),
         accepted_by uuid,
         ${CHANGES},
         UNIQUE (tenant_id, token_hash),
         FOREIGN KEY (tenant_id, org_id) REFERENCES platform.organizations (tenant_id, id),
         FOREIGN KEY (tenant_id, accepted_by) REFERENCES platform.users (tenant_id, id),
         CHECK ((status = 'accepted') = (accepted_by IS NOT NULL)),
         CHECK (status = 'pending' OR NOT holds_seat)
       )`,
      ...tenantScoped('invitations'),
      'GRANT SELECT (tenant_id, id) ON platform.invitations TO platform_lookup',
      'CREATE POLICY lookup ON platform.invitations FOR SELECT TO platform_lookup USING (true)',
      'CREATE INDEX invitations_org ON platform.invitations (tenant_id, org_id)',
      'CREATE INDEX invitations_accepted_by ON platform.invitations (tenant_id, accepted_by)',
      "CREATE INDEX invitations_due ON platform.invitations (tenant_id, expires_at) WHERE status = 'pending'",
      `CREATE UNIQUE INDEX invitations_one_pending ON platform.invitations (tenant_id, email, org_id)
         NULLS NOT DISTINCT WHERE status = 'pending'`,
      `CREATE TABLE platform.invitation_roles (
         ${TENANT_ROW},
         invitation_id uuid NOT NULL,
         role_id uuid NOT NULL,
         created_at timestamptz NOT NULL DEFAULT now(),
         created_by uuid NOT NULL,
         UNIQUE (tenant_id, invitation_id, role_id),
         FOREIGN KEY (tenant_id, invitation_id) REFERENCES platform.invitations (tenant_id, id),
         FOREIGN KEY (tenant_id, role_id) REFERENCES platform.roles (tenant_id, id)
       )`,
      ...tenantScoped('invitation_roles', APPEND_ONLY),
      'CREATE INDEX invitation_roles_role ON platform.invitation_roles (tenant_id, role_id)',

      // An import brings organizations in the order of their ids; one that was moved may come before its parent.
      `ALTER TABLE platform.organizations
         ALTER CONSTRAINT organizations_tenant_id_parent_id_fkey DEFERRABLE INITIALLY IMMEDIATE`,

      // deletion_due_at: from when on it may be purged. purging: there is no way back.
      `ALTER TABLE platform.tenants
         ADD COLUMN status_reason text,
         ADD COLUMN deletion_due_at timestamptz,
         DROP CONSTRAINT tenants_status_check,
         ADD CONSTRAINT tenants_status_check
           CHECK (status IN ('active', 'suspended', 'pending_deletion', 'purging', 'purged')),
         ADD CONSTRAINT tenants_deletion CHECK ((status = 'pending_deletion') = (deletion_due_at IS NOT NULL)),
         ADD CONSTRAINT tenants_system_stays
           CHECK (id <> '00000000-0000-7000-8000-000000000000' OR status = 'active')`,
      // How far the purge of a tenant has come; in the system tenant, since nothing stays in the tenant itself.
      // counts: rows deleted per table. products: what each of them reported, null while it is silent.
      `CREATE TABLE platform.tenant_purges (
         ${TENANT_ROW},
         purged_tenant_id uuid NOT NULL,
         slug text NOT NULL,
         counts jsonb NOT NULL DEFAULT '{}',
         products jsonb NOT NULL,
         status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'done')),
         ${CHANGES},
         UNIQUE (tenant_id, purged_tenant_id)
       )`,
      ...tenantScoped('tenant_purges'),
      `CREATE TABLE platform.purge_manifests (
         ${TENANT_ROW},
         purged_tenant_id uuid NOT NULL,
         manifest jsonb NOT NULL,
         signature text NOT NULL,
         created_at timestamptz NOT NULL DEFAULT now(),
         created_by uuid NOT NULL,
         UNIQUE (tenant_id, purged_tenant_id)
       )`,
      ...tenantScoped('purge_manifests', APPEND_ONLY),
    ]);
  }

  async down(): Promise<void> {
    throw new Error('invitations and what is left of purged tenants would be lost; restore a backup instead');
  }
}
