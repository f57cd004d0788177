import { jobTables } from '@kit/service';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The queue of periodic jobs, in a schema of its own; the library's tables in it are its own to migrate. */
export class CreateJobs1764300000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of jobTables('digilist')) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA digilist_jobs CASCADE');
  }
}
