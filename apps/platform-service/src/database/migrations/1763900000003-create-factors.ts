import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run } from './ddl.js';

export class CreateFactors1763900000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, []);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, []);
  }
}
