import { tenantTable } from '@kit/service';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audited, copied, secured } from '../ddl.js';

/**
 * Copies of what PLATFORM knows, written by its state messages under a version guard. Statuses carry no CHECK and every
 * column has a default: a status PLATFORM adds, or a tombstone that arrives first, must not stop the projection.
 * There are no foreign keys among the copies, because they arrive in any order.
 */
export class CreateReferenceCopies1764000001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- The lookup role resolves a slug before a tenant is known.
CREATE TABLE digilist.platform_tenants (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL GENERATED ALWAYS AS (id) STORED UNIQUE,
  slug text NOT NULL DEFAULT '',
  name text NOT NULL DEFAULT '',
  status text NOT NULL DEFAULT 'deleted',
  region text NOT NULL DEFAULT '',
  locale text NOT NULL DEFAULT 'nb',
  timezone text NOT NULL DEFAULT 'Europe/Oslo',
  service_user_id uuid,
  ${copied}
);
CREATE INDEX platform_tenants_slug ON digilist.platform_tenants (slug) WHERE NOT deleted;
${tenantTable('digilist', 'platform_tenants', { grants: ['SELECT', 'INSERT', 'UPDATE'], lookup: true }).join(';\n')};

CREATE TABLE digilist.platform_organizations (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL DEFAULT '',
  kind text NOT NULL DEFAULT '',
  parent_id uuid,
  ancestor_ids uuid[] NOT NULL DEFAULT '{}',
  organization_number text,
  status text NOT NULL DEFAULT 'deleted',
  ${copied},
  PRIMARY KEY (tenant_id, id)
);
${secured('platform_organizations', 'SELECT', 'INSERT', 'UPDATE')}

CREATE TABLE digilist.platform_users (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  email text NOT NULL DEFAULT '',
  name text NOT NULL DEFAULT '',
  kind text NOT NULL DEFAULT 'person',
  -- null: the language of the tenant
  locale text,
  status text NOT NULL DEFAULT 'deleted',
  ${copied},
  PRIMARY KEY (tenant_id, id)
);
${secured('platform_users', 'SELECT', 'INSERT', 'UPDATE')}

CREATE TABLE digilist.platform_memberships (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  user_id uuid,
  org_id uuid,
  status text NOT NULL DEFAULT 'deleted',
  ${copied},
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX platform_memberships_user ON digilist.platform_memberships (tenant_id, user_id);
CREATE INDEX platform_memberships_org ON digilist.platform_memberships (tenant_id, org_id);
${secured('platform_memberships', 'SELECT', 'INSERT', 'UPDATE')}

CREATE TABLE digilist.platform_roles (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  key text NOT NULL DEFAULT '',
  name text NOT NULL DEFAULT '',
  permissions text[] NOT NULL DEFAULT '{}',
  status text NOT NULL DEFAULT 'deleted',
  ${copied},
  PRIMARY KEY (tenant_id, id)
);
${secured('platform_roles', 'SELECT', 'INSERT', 'UPDATE')}

CREATE TABLE digilist.platform_user_roles (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  user_id uuid,
  role_id uuid,
  scope text NOT NULL DEFAULT 'user',
  org_id uuid,
  expires_at timestamptz,
  status text NOT NULL DEFAULT 'deleted',
  ${copied},
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX platform_user_roles_user ON digilist.platform_user_roles (tenant_id, user_id);
CREATE INDEX platform_user_roles_role ON digilist.platform_user_roles (tenant_id, role_id);
${secured('platform_user_roles', 'SELECT', 'INSERT', 'UPDATE')}

CREATE TABLE digilist.platform_subscriptions (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  product text NOT NULL DEFAULT '',
  plan_key text NOT NULL DEFAULT '',
  plan_version integer NOT NULL DEFAULT 0,
  valid_from timestamptz,
  valid_until timestamptz,
  grace_until timestamptz,
  status text NOT NULL DEFAULT 'deleted',
  ${copied},
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX platform_subscriptions_product ON digilist.platform_subscriptions (tenant_id, product);
${secured('platform_subscriptions', 'SELECT', 'INSERT', 'UPDATE')}

CREATE TABLE digilist.platform_entitlements (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  module_key text NOT NULL DEFAULT '',
  source text NOT NULL DEFAULT '',
  valid_from timestamptz,
  valid_until timestamptz,
  limits jsonb NOT NULL DEFAULT '{}',
  status text NOT NULL DEFAULT 'deleted',
  ${copied},
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX platform_entitlements_module ON digilist.platform_entitlements (tenant_id, module_key);
${secured('platform_entitlements', 'SELECT', 'INSERT', 'UPDATE')}

-- Blocks of a meter that PLATFORM has granted; bookings consume them in their own transaction. Half-empty pages keep the updates in place.
CREATE TABLE digilist.usage_leases (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  meter text NOT NULL,
  -- PLATFORM's name of the running period, e.g. 2026-12; what is left of a block ends at resets_at.
  period text NOT NULL,
  resets_at timestamptz,
  granted bigint NOT NULL CHECK (granted >= 0),
  used bigint NOT NULL DEFAULT 0 CHECK (used >= 0),
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, meter, period),
  CHECK (used <= granted)
) WITH (fillfactor = 50);
${secured('usage_leases', 'SELECT', 'INSERT', 'UPDATE')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE digilist.usage_leases, digilist.platform_entitlements, digilist.platform_subscriptions,
      digilist.platform_user_roles, digilist.platform_roles, digilist.platform_memberships, digilist.platform_users,
      digilist.platform_organizations, digilist.platform_tenants`);
  }
}
