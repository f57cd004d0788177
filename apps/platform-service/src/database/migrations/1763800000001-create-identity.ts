import { kitTables } from '@kit/service';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CHANGES, GLOBAL_CHANGES, global, run, TENANT_ROW, tenantScoped } from './ddl.js';

/** Tenants, the people and services in them, how they sign in, and the keys that sign their tokens. */
export class CreateIdentity1763800000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      ...kitTables('platform'),

      // The tenant row is under the same policy as everything else: its own id is its tenant.
      `CREATE TABLE platform.tenants (
         id uuid PRIMARY KEY DEFAULT uuidv7(),
         tenant_id uuid GENERATED ALWAYS AS (id) STORED NOT NULL UNIQUE,
         slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z][a-z0-9-]{1,62}$'),
         name text NOT NULL CHECK (name <> ''),
         region text NOT NULL CHECK (region ~ '^[a-z][a-z0-9-]{1,30}$'),
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'pending_deletion', 'purged')),
         locale text NOT NULL DEFAULT 'nb' CHECK (locale IN ('nb', 'nn', 'en')),
         timezone text NOT NULL DEFAULT 'Europe/Oslo',
         service_user_id uuid NOT NULL,
         ${CHANGES}
       )`,
      ...tenantScoped('tenants', { grants: ['SELECT', 'INSERT', 'UPDATE'], lookup: true }),

      `CREATE TABLE platform.users (
         ${TENANT_ROW},
         kind text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'service')),
         email text NOT NULL CHECK (email = lower(email) AND email <> ''),
         name text NOT NULL,
         locale text CHECK (locale IN ('nb', 'nn', 'en')),
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('invited', 'active', 'suspended', 'deactivated')),
         ${CHANGES},
         UNIQUE (tenant_id, email)
       )`,
      ...tenantScoped('users'),
      // A tenant and its service user name each other, so one of the two is checked at commit.
      `ALTER TABLE platform.tenants ADD CONSTRAINT tenants_service_user FOREIGN KEY (tenant_id, service_user_id)
         REFERENCES platform.users (tenant_id, id) DEFERRABLE INITIALLY DEFERRED`,
      'CREATE INDEX tenants_service_user ON platform.tenants (tenant_id, service_user_id)',

      `CREATE TABLE platform.credentials (
         ${TENANT_ROW},
         user_id uuid NOT NULL,
         kind text NOT NULL CHECK (kind IN ('password')),
         secret_hash text NOT NULL,
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'revoked')),
         ${CHANGES},
         FOREIGN KEY (tenant_id, user_id) REFERENCES platform.users (tenant_id, id)
       )`,
      ...tenantScoped('credentials'),
      'CREATE INDEX credentials_user ON platform.credentials (tenant_id, user_id)',
      `CREATE UNIQUE INDEX credentials_one_active ON platform.credentials (tenant_id, user_id, kind)
         WHERE status = 'active'`,

      // One row per sign-in. A refresh secret is a constant part, which finds the row, and a part per generation, of
      // which the row knows the current and the one before: any other generation can only be a spent one.
      `CREATE TABLE platform.sessions (
         ${TENANT_ROW},
         user_id uuid NOT NULL,
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'ended')),
         family_hash bytea NOT NULL CHECK (octet_length(family_hash) = 32),
         generation integer NOT NULL DEFAULT 1 CHECK (generation > 0),
         current_hash bytea NOT NULL CHECK (octet_length(current_hash) = 32),
         previous_hash bytea CHECK (octet_length(previous_hash) = 32),
         successor_sealed bytea,
         rotated_at timestamptz,
         idle_expires_at timestamptz NOT NULL,
         absolute_expires_at timestamptz NOT NULL,
         last_used_at timestamptz NOT NULL,
         ip text,
         user_agent text,
         ended_at timestamptz,
         end_reason text CHECK (end_reason IN ('logout', 'revoked', 'reuse', 'user_inactive', 'password_changed')),
         ${CHANGES},
         UNIQUE (tenant_id, family_hash),
         FOREIGN KEY (tenant_id, user_id) REFERENCES platform.users (tenant_id, id),
         CHECK ((previous_hash IS NULL) = (successor_sealed IS NULL) AND (previous_hash IS NULL) = (rotated_at IS NULL)),
         CHECK ((status = 'ended') = (ended_at IS NOT NULL) AND (ended_at IS NULL) = (end_reason IS NULL)),
         CHECK (idle_expires_at <= absolute_expires_at)
       )`,
      ...tenantScoped('sessions', { grants: ['SELECT', 'INSERT', 'UPDATE'] }),
      'CREATE INDEX sessions_user ON platform.sessions (tenant_id, user_id, id)',
      "CREATE INDEX sessions_live ON platform.sessions (tenant_id, idle_expires_at) WHERE status = 'active'",

      `CREATE TABLE platform.oauth_accounts (
         ${TENANT_ROW},
         user_id uuid NOT NULL,
         provider text NOT NULL,
         subject text NOT NULL,
         status text NOT NULL DEFAULT 'linked' CHECK (status IN ('linked', 'unlinked')),
         ${CHANGES},
         UNIQUE (tenant_id, provider, subject),
         FOREIGN KEY (tenant_id, user_id) REFERENCES platform.users (tenant_id, id)
       )`,
      ...tenantScoped('oauth_accounts'),
      'CREATE INDEX oauth_accounts_user ON platform.oauth_accounts (tenant_id, user_id)',

      `CREATE TABLE platform.signing_keys (
         id uuid PRIMARY KEY DEFAULT uuidv7(),
         kid text NOT NULL UNIQUE,
         algorithm text NOT NULL CHECK (algorithm IN ('ES256')),
         public_jwk jsonb NOT NULL,
         private_key_sealed bytea NOT NULL,
         status text NOT NULL CHECK (status IN ('upcoming', 'active', 'retired')),
         retired_at timestamptz,
         ${GLOBAL_CHANGES},
         CHECK ((status = 'retired') = (retired_at IS NOT NULL))
       )`,
      ...global('signing_keys'),
      'REVOKE SELECT ON platform.signing_keys FROM platform_lookup',
      "CREATE UNIQUE INDEX signing_keys_one_active ON platform.signing_keys (status) WHERE status = 'active'",
    ]);
  }

  async down(): Promise<void> {
    throw new Error('the first migration is not undone; drop the database instead');
  }
}
