import { jobTables } from '@kit/service';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run } from './ddl.js';

/** The queue of periodic jobs, in a schema of its own; the library's tables in it are its own to migrate. */
export class CreateJobs1764300000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, jobTables('platform'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, ['DROP SCHEMA platform_jobs CASCADE']);
  }
}
