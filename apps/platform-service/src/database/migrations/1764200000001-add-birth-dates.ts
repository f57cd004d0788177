import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run } from './ddl.js';

/** When somebody was born, as an administrator or an identity provider says; products ask for it where age matters. */
export class AddBirthDates1764200000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [`ALTER TABLE platform.users ADD COLUMN birth_date date CHECK (birth_date >= '1850-01-01')`]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, ['ALTER TABLE platform.users DROP COLUMN birth_date']);
  }
}
