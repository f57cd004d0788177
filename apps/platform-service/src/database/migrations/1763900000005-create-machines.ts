import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CHANGES, run, TENANT_ROW, tenantScoped } from './ddl.js';

/** Keys of service accounts. Each has a session of its own: ending that takes its access tokens with it, everywhere. */
export class CreateMachines1763900000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      `CREATE TABLE platform.api_keys (
         ${TENANT_ROW},
         user_id uuid NOT NULL,
         session_id uuid,
         name text NOT NULL CHECK (name <> ''),
         secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
         last4 text NOT NULL,
         expires_at timestamptz NOT NULL,
         last_used_at timestamptz,
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'revoked')),
         ${CHANGES},
         UNIQUE (tenant_id, secret_hash),
         FOREIGN KEY (tenant_id, user_id) REFERENCES platform.users (tenant_id, id),
         FOREIGN KEY (tenant_id, session_id) REFERENCES platform.sessions (tenant_id, id) ON DELETE SET NULL (session_id)
       )`,
      ...tenantScoped('api_keys', { grants: ['SELECT', 'INSERT', 'UPDATE'], lookup: true }),
      'CREATE INDEX api_keys_user ON platform.api_keys (tenant_id, user_id, id)',
      'CREATE INDEX api_keys_session ON platform.api_keys (tenant_id, session_id)',
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, ['DROP TABLE platform.api_keys']);
  }
}
