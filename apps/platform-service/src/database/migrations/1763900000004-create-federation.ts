import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CHANGES, ROWS_STAY, run, TENANT_ROW, tenantScoped } from './ddl.js';

/** Two columns, so that an id finds its tenant where nobody can say it: in what a provider sends. */
const findable = (table: string): string[] => [
  `GRANT SELECT (tenant_id, id) ON platform.${table} TO platform_lookup`,
  `CREATE POLICY lookup ON platform.${table} FOR SELECT TO platform_lookup USING (true)`,
];

/** Signing in through others: identity providers, the sign-ins under way, who is linked, and which domains are whose. */
export class CreateFederation1763900000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      // Key and issuer never change and a key is never used again: who is linked stays linked to the same provider, and
      // nobody can make another one vouch for them.
      `CREATE TABLE platform.identity_providers (
         ${TENANT_ROW},
         key text NOT NULL CHECK (key ~ '^[a-z][a-z0-9-]{1,62}$'),
         name text NOT NULL CHECK (name <> ''),
         profile text NOT NULL CHECK (profile IN ('generic', 'idporten')),
         issuer text NOT NULL CHECK (issuer <> ''),
         client_id text NOT NULL CHECK (client_id <> ''),
         client_authentication text NOT NULL
           CHECK (client_authentication IN ('client_secret_basic', 'client_secret_post', 'private_key_jwt')),
         credential_sealed text,
         client_key_id text,
         credential_changed_at timestamptz NOT NULL,
         scopes text[] NOT NULL,
         acr_values text[] NOT NULL DEFAULT '{}',
         minimum_acr text,
         mfa_acr text,
         linking text NOT NULL CHECK (linking IN ('never', 'verified_domain')),
         provisioning text NOT NULL CHECK (provisioning IN ('linked_only', 'verified_domain', 'everyone')),
         default_role text,
         status text NOT NULL CHECK (status IN ('enabled', 'disabled', 'deleted')),
         ${CHANGES},
         UNIQUE (tenant_id, key),
         CHECK (minimum_acr IS NULL OR minimum_acr = ANY (acr_values)),
         CHECK (mfa_acr IS NULL OR mfa_acr = ANY (acr_values)),
         CHECK ((status = 'deleted') = (credential_sealed IS NULL))
       )`,
      ...tenantScoped('identity_providers', ROWS_STAY),
      ...findable('identity_providers'),

      // One row from the way to the provider until the app has its tokens. secrets_sealed: verifier and nonce on the
      // way, then who came back (for a link); empty once it is not needed. browser_hash: of the cookie.
      `CREATE TABLE platform.federated_sign_ins (
         ${TENANT_ROW},
         provider_id uuid NOT NULL,
         purpose text NOT NULL CHECK (purpose IN ('sign_in', 'link')),
         status text NOT NULL CHECK (status IN ('announced', 'started', 'returning', 'returned', 'redeemed', 'failed')),
         return_to text NOT NULL,
         user_id uuid,
         ticket_hash bytea CHECK (octet_length(ticket_hash) = 32),
         state_hash bytea CHECK (octet_length(state_hash) = 32),
         browser_hash bytea CHECK (octet_length(browser_hash) = 32),
         code_hash bytea CHECK (octet_length(code_hash) = 32),
         secrets_sealed text,
         expires_at timestamptz NOT NULL,
         methods text[] NOT NULL DEFAULT '{}',
         provider_session text,
         authenticated_at timestamptz,
         session_id uuid,
         error text,
         ${CHANGES},
         UNIQUE (tenant_id, ticket_hash),
         UNIQUE (tenant_id, state_hash),
         UNIQUE (tenant_id, code_hash),
         FOREIGN KEY (tenant_id, provider_id) REFERENCES platform.identity_providers (tenant_id, id),
         FOREIGN KEY (tenant_id, user_id) REFERENCES platform.users (tenant_id, id),
         FOREIGN KEY (tenant_id, session_id) REFERENCES platform.sessions (tenant_id, id),
         CHECK (purpose <> 'link' OR user_id IS NOT NULL),
         CHECK (status NOT IN ('started', 'returning', 'returned', 'redeemed')
           OR (state_hash IS NOT NULL AND browser_hash IS NOT NULL)),
         CHECK (status NOT IN ('returned', 'redeemed') OR (code_hash IS NOT NULL AND user_id IS NOT NULL)),
         CHECK ((status = 'failed') = (error IS NOT NULL))
       )`,
      ...tenantScoped('federated_sign_ins', { grants: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] }),
      'CREATE INDEX federated_sign_ins_provider ON platform.federated_sign_ins (tenant_id, provider_id)',
      'CREATE INDEX federated_sign_ins_user ON platform.federated_sign_ins (tenant_id, user_id)',
      'CREATE INDEX federated_sign_ins_session ON platform.federated_sign_ins (tenant_id, session_id)',
      'CREATE INDEX federated_sign_ins_browser ON platform.federated_sign_ins (tenant_id, browser_hash)',
      'CREATE INDEX federated_sign_ins_expired ON platform.federated_sign_ins (tenant_id, expires_at)',

      // national_id_sealed: under the person's own key. national_id_index: keyed hash, to find the person again.
      `ALTER TABLE platform.oauth_accounts
         ADD COLUMN provider_id uuid,
         ADD COLUMN national_id_sealed text,
         ADD COLUMN national_id_index text,
         ADD COLUMN last_used_at timestamptz,
         ADD CONSTRAINT oauth_accounts_provider FOREIGN KEY (tenant_id, provider_id)
           REFERENCES platform.identity_providers (tenant_id, id),
         ADD CHECK ((national_id_sealed IS NULL) = (national_id_index IS NULL))`,
      'CREATE INDEX oauth_accounts_provider ON platform.oauth_accounts (tenant_id, provider_id)',
      `CREATE UNIQUE INDEX oauth_accounts_national_id ON platform.oauth_accounts (tenant_id, provider, national_id_index)
         WHERE status = 'linked' AND national_id_index IS NOT NULL`,
      ...findable('oauth_accounts'),

      `CREATE TABLE platform.domains (
         ${TENANT_ROW},
         domain text NOT NULL CHECK (domain = lower(domain) AND domain ~ '^[^.@ ]+([.][^.@ ]+)+$'),
         challenge text NOT NULL,
         status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'verified', 'lapsed', 'removed')),
         required_provider_id uuid,
         verified_at timestamptz,
         checked_at timestamptz,
         missing_since timestamptz,
         ${CHANGES},
         FOREIGN KEY (tenant_id, required_provider_id) REFERENCES platform.identity_providers (tenant_id, id),
         CHECK (status <> 'verified' OR (verified_at IS NOT NULL AND checked_at IS NOT NULL)),
         CHECK (required_provider_id IS NULL OR status = 'verified')
       )`,
      ...tenantScoped('domains', ROWS_STAY),
      ...findable('domains'),
      "CREATE UNIQUE INDEX domains_once ON platform.domains (tenant_id, domain) WHERE status <> 'removed'",
      "CREATE UNIQUE INDEX domains_one_owner ON platform.domains (domain) WHERE status = 'verified'",
      'CREATE INDEX domains_required_provider ON platform.domains (tenant_id, required_provider_id)',

      // Sessions that may not be idle as long as others.
      'ALTER TABLE platform.sessions ADD COLUMN idle_seconds integer CHECK (idle_seconds > 0)',
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, [
      'ALTER TABLE platform.sessions DROP COLUMN idle_seconds',
      'DROP TABLE platform.domains, platform.federated_sign_ins',
      'DROP POLICY lookup ON platform.oauth_accounts',
      'REVOKE SELECT (tenant_id, id) ON platform.oauth_accounts FROM platform_lookup',
      `ALTER TABLE platform.oauth_accounts DROP COLUMN provider_id, DROP COLUMN national_id_sealed,
         DROP COLUMN national_id_index, DROP COLUMN last_used_at`,
      'DROP TABLE platform.identity_providers',
    ]);
  }
}
