import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateReports1764300000007 implements MigrationInterface {
  async up(_runner: QueryRunner): Promise<void> {}

  async down(_runner: QueryRunner): Promise<void> {}
}
