import type { MigrationInterface, QueryRunner } from 'typeorm';
import { copied, secured } from '../ddl.js';

/** Which sessions of a user PLATFORM has just ended: their access tokens are refused though they have not expired. */
export class CopyEndedSessions1764000008000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE digilist.platform_user_sessions (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  ended_session_ids uuid[] NOT NULL DEFAULT '{}',
  ${copied},
  PRIMARY KEY (tenant_id, id)
);
${secured('platform_user_sessions', 'SELECT', 'INSERT', 'UPDATE')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE digilist.platform_user_sessions');
  }
}
