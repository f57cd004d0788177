import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A grant may say from when it holds. */
export class LetGrantsBeginLater1764000009000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE digilist.platform_user_roles ADD COLUMN not_before timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE digilist.platform_user_roles DROP COLUMN not_before');
  }
}
