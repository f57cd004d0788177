import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CHANGES, run, TENANT_ROW, tenantScoped } from './ddl.js';

/** Mails on their way, the keys that seal a tenant's secrets, and what a session knows of how it began. */
export class AddMailsAndDataKeys1763900000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      // A key that seals data of a tenant, or of one person in it (subject_id), itself sealed under a key that never
      // comes here (kek_id). Destroyed: the sealed key is gone, and with it whatever was sealed under it.
      `CREATE TABLE platform.data_keys (
         ${TENANT_ROW},
         subject_id uuid,
         kek_id text NOT NULL,
         wrapped bytea,
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'retired', 'destroyed')),
         ${CHANGES},
         CHECK ((status = 'destroyed') = (wrapped IS NULL))
       )`,
      ...tenantScoped('data_keys'),
      `CREATE UNIQUE INDEX data_keys_one_active ON platform.data_keys (tenant_id, subject_id) NULLS NOT DISTINCT
         WHERE status = 'active'`,
      'CREATE INDEX data_keys_kek ON platform.data_keys (tenant_id, kek_id)',

      // Subject and body may hold a link that signs in, so they are sealed, and emptied once the mail is sent.
      `CREATE TABLE platform.mails (
         ${TENANT_ROW},
         recipient text NOT NULL,
         locale text NOT NULL CHECK (locale IN ('nb', 'nn', 'en')),
         content_sealed text,
         status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sent', 'failed')),
         attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
         next_attempt_at timestamptz NOT NULL DEFAULT now(),
         sent_at timestamptz,
         last_error text,
         ${CHANGES},
         CHECK ((status = 'pending') = (content_sealed IS NOT NULL)),
         CHECK ((status = 'sent') = (sent_at IS NOT NULL))
       )`,
      ...tenantScoped('mails'),
      "CREATE INDEX mails_due ON platform.mails (tenant_id, next_attempt_at) WHERE status = 'pending'",

      // methods: how the user proved who they are (names of RFC 8176). authenticated_at: when they last did.
      `ALTER TABLE platform.sessions
         ADD COLUMN methods text[] NOT NULL DEFAULT '{pwd}',
         ADD COLUMN authenticated_at timestamptz NOT NULL DEFAULT now(),
         ADD COLUMN provider text,
         ADD COLUMN provider_session text,
         ADD COLUMN impersonator_id uuid,
         ADD CONSTRAINT sessions_impersonator FOREIGN KEY (tenant_id, impersonator_id)
           REFERENCES platform.users (tenant_id, id),
         DROP CONSTRAINT sessions_end_reason_check,
         ADD CONSTRAINT sessions_end_reason_check CHECK (end_reason IN
           ('logout', 'revoked', 'reuse', 'user_inactive', 'password_changed', 'factors_changed', 'provider_logout',
            'erased', 'tenant_closed'))`,
      'CREATE INDEX sessions_impersonator ON platform.sessions (tenant_id, impersonator_id)',
      `CREATE INDEX sessions_provider ON platform.sessions (tenant_id, provider, provider_session)
         WHERE provider_session IS NOT NULL`,
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, [
      `ALTER TABLE platform.sessions DROP COLUMN methods, DROP COLUMN authenticated_at, DROP COLUMN provider,
         DROP COLUMN provider_session, DROP COLUMN impersonator_id`,
      'DROP TABLE platform.mails',
      'DROP TABLE platform.data_keys',
    ]);
  }
}
