import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CHANGES, run, TENANT_ROW, tenantScoped } from './ddl.js';

const USER = `user_id uuid NOT NULL,
         FOREIGN KEY (tenant_id, user_id) REFERENCES platform.users (tenant_id, id)`;
const MADE = 'created_at timestamptz NOT NULL DEFAULT now(), created_by uuid NOT NULL';

/** What people prove who they are with besides a password, and what is on its way of being proved. */
export class CreateFactors1763900000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      // last_step: the time step of the last accepted code. No code of that step or an earlier one is accepted again.
      `CREATE TABLE platform.totp_factors (
         ${TENANT_ROW},
         ${USER},
         secret_sealed text,
         status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'active', 'removed')),
         last_step bigint,
         confirmed_at timestamptz,
         ${CHANGES},
         CHECK ((status = 'removed') = (secret_sealed IS NULL)),
         CHECK (status <> 'active' OR (confirmed_at IS NOT NULL AND last_step IS NOT NULL))
       )`,
      ...tenantScoped('totp_factors'),
      'CREATE INDEX totp_factors_user ON platform.totp_factors (tenant_id, user_id)',
      `CREATE UNIQUE INDEX totp_factors_one_live ON platform.totp_factors (tenant_id, user_id, status)
         WHERE status <> 'removed'`,

      `CREATE TABLE platform.recovery_codes (
         ${TENANT_ROW},
         ${USER},
         code_hash bytea NOT NULL CHECK (octet_length(code_hash) = 32),
         status text NOT NULL DEFAULT 'unused' CHECK (status IN ('unused', 'used', 'replaced')),
         ${CHANGES},
         UNIQUE (tenant_id, user_id, code_hash)
       )`,
      ...tenantScoped('recovery_codes'),

      `CREATE TABLE platform.passkeys (
         ${TENANT_ROW},
         ${USER},
         name text NOT NULL CHECK (name <> ''),
         credential_id text NOT NULL CHECK (credential_id <> ''),
         public_key bytea NOT NULL,
         counter bigint NOT NULL CHECK (counter >= 0),
         transports text[] NOT NULL DEFAULT '{}',
         aaguid uuid NOT NULL,
         backed_up boolean NOT NULL,
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'removed')),
         last_used_at timestamptz,
         suspect_since timestamptz,
         ${CHANGES},
         UNIQUE (tenant_id, credential_id)
       )`,
      ...tenantScoped('passkeys'),
      'CREATE INDEX passkeys_user ON platform.passkeys (tenant_id, user_id, id)',
      'GRANT SELECT (tenant_id, id) ON platform.passkeys TO platform_lookup',
      'CREATE POLICY lookup ON platform.passkeys FOR SELECT TO platform_lookup USING (true)',

      // Random bytes for an authenticator to sign, once: whoever brings them back deletes the row.
      `CREATE TABLE platform.webauthn_challenges (
         ${TENANT_ROW},
         purpose text NOT NULL CHECK (purpose IN ('registration', 'authentication')),
         user_id uuid,
         FOREIGN KEY (tenant_id, user_id) REFERENCES platform.users (tenant_id, id),
         challenge_hash bytea NOT NULL CHECK (octet_length(challenge_hash) = 32),
         expires_at timestamptz NOT NULL,
         ${MADE},
         UNIQUE (tenant_id, challenge_hash),
         CHECK ((purpose = 'registration') = (user_id IS NOT NULL))
       )`,
      ...tenantScoped('webauthn_challenges', { grants: ['SELECT', 'INSERT', 'DELETE'] }),
      'CREATE INDEX webauthn_challenges_user ON platform.webauthn_challenges (tenant_id, user_id)',
      'CREATE INDEX webauthn_challenges_expired ON platform.webauthn_challenges (tenant_id, expires_at)',

      // A sign-in that waits for its second step. password_digest: of the password hash that was checked, if one was,
      // so that a password changed meanwhile ends it.
      `CREATE TABLE platform.sign_in_challenges (
         ${TENANT_ROW},
         ${USER},
         purpose text NOT NULL CHECK (purpose IN ('verify', 'enrol')),
         secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
         methods text[] NOT NULL,
         password_digest bytea CHECK (octet_length(password_digest) = 32),
         wrong_codes integer NOT NULL DEFAULT 0 CHECK (wrong_codes >= 0),
         expires_at timestamptz NOT NULL,
         ${CHANGES},
         UNIQUE (tenant_id, secret_hash)
       )`,
      ...tenantScoped('sign_in_challenges', { grants: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] }),
      'CREATE INDEX sign_in_challenges_user ON platform.sign_in_challenges (tenant_id, user_id)',
      'CREATE INDEX sign_in_challenges_expired ON platform.sign_in_challenges (tenant_id, expires_at)',

      // Chosen so short that it is good only beside a second factor: alone it lets nobody in, also when that factor goes.
      'ALTER TABLE platform.credentials ADD COLUMN needs_second_factor boolean NOT NULL DEFAULT false',

      // Wrong proofs of one kind in a row, over all challenges and sessions of a user.
      `CREATE TABLE platform.factor_throttles (
         ${TENANT_ROW},
         ${USER},
         kind text NOT NULL CHECK (kind IN ('password', 'totp')),
         failures integer NOT NULL CHECK (failures >= 0),
         blocked_until timestamptz,
         ${CHANGES},
         UNIQUE (tenant_id, user_id, kind)
       )`,
      ...tenantScoped('factor_throttles'),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    const tables = [
      'factor_throttles',
      'sign_in_challenges',
      'webauthn_challenges',
      'passkeys',
      'recovery_codes',
      'totp_factors',
    ];
    await run(runner, [
      'ALTER TABLE platform.credentials DROP COLUMN needs_second_factor',
      ...tables.map((table) => `DROP TABLE platform.${table}`),
    ]);
  }
}
