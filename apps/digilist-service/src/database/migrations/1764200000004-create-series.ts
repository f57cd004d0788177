import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateSeries1764200000004 implements MigrationInterface {
  async up(_runner: QueryRunner): Promise<void> {}

  async down(_runner: QueryRunner): Promise<void> {}
}
