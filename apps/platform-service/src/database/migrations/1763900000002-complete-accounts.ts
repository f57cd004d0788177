import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CHANGES, ROWS_STAY, run, TENANT_ROW, tenantScoped } from './ddl.js';

/** Accounts people open and keep up themselves, what stands in the way of guessing, and what products hear of sessions. */
export class CompleteAccounts1763900000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      // Whoever asks for an account, a new address or a new password writes one row, whether we know the address or
      // not; a worker finds out, so the answer takes as long either way. The mail brings a token, of which the row
      // keeps the hash. A new account is no user before its address is proved.
      `CREATE TABLE platform.account_requests (
         ${TENANT_ROW},
         kind text NOT NULL CHECK (kind IN ('registration', 'verification', 'email_change', 'password_reset')),
         email text NOT NULL CHECK (email = lower(email) AND email <> ''),
         user_id uuid,
         name text,
         locale text CHECK (locale IN ('nb', 'nn', 'en')),
         password_hash text,
         token_hash bytea CHECK (octet_length(token_hash) = 32),
         expires_at timestamptz,
         status text NOT NULL DEFAULT 'requested' CHECK (status IN ('requested', 'mailed', 'used', 'void')),
         attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
         next_attempt_at timestamptz NOT NULL DEFAULT now(),
         ${CHANGES},
         UNIQUE (tenant_id, token_hash),
         FOREIGN KEY (tenant_id, user_id) REFERENCES platform.users (tenant_id, id),
         CHECK ((token_hash IS NULL) = (expires_at IS NULL)),
         CHECK (kind <> 'registration' OR name IS NOT NULL)
       )`,
      ...tenantScoped('account_requests'),
      'CREATE INDEX account_requests_user ON platform.account_requests (tenant_id, user_id)',
      'CREATE INDEX account_requests_email ON platform.account_requests (tenant_id, email, created_at)',
      `CREATE INDEX account_requests_due ON platform.account_requests (tenant_id, next_attempt_at)
         WHERE status = 'requested'`,

      // Failed sign-ins by address of the account ('account') and of the network ('network'), as keyed hashes: the
      // table holds what was typed, whether there is such an account or not.
      `CREATE TABLE platform.login_attempts (
         ${TENANT_ROW},
         kind text NOT NULL CHECK (kind IN ('account', 'network')),
         subject bytea NOT NULL CHECK (octet_length(subject) = 32),
         failures integer NOT NULL CHECK (failures >= 0),
         last_failure_at timestamptz NOT NULL,
         blocked_until timestamptz NOT NULL,
         ${CHANGES},
         UNIQUE (tenant_id, kind, subject)
       )`,
      ...tenantScoped('login_attempts', { grants: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] }),

      // One row per user whose session ever ended: the version of the state that products copy.
      `CREATE TABLE platform.user_sessions (
         ${TENANT_ROW},
         ${CHANGES},
         FOREIGN KEY (tenant_id, id) REFERENCES platform.users (tenant_id, id)
       )`,
      ...tenantScoped('user_sessions', ROWS_STAY),
      `CREATE INDEX sessions_ended ON platform.sessions (tenant_id, user_id, ended_at) WHERE status = 'ended'`,

      // A key is published before it is used (upcoming), and for as long as its tokens live after it was (retired).
      `ALTER TABLE platform.signing_keys
         ADD COLUMN published_at timestamptz NOT NULL DEFAULT now(),
         ADD COLUMN activated_at timestamptz,
         ADD COLUMN rotation_requested boolean NOT NULL DEFAULT false`,
      "UPDATE platform.signing_keys SET published_at = created_at, activated_at = created_at WHERE status <> 'upcoming'",
      `CREATE UNIQUE INDEX signing_keys_one_upcoming ON platform.signing_keys (status) WHERE status = 'upcoming'`,
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, [
      `ALTER TABLE platform.signing_keys DROP COLUMN published_at, DROP COLUMN activated_at,
         DROP COLUMN rotation_requested`,
      'DROP INDEX platform.signing_keys_one_upcoming, platform.sessions_ended',
      'DROP TABLE platform.user_sessions, platform.login_attempts, platform.account_requests',
    ]);
  }
}
