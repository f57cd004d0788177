import type { MigrationInterface, QueryRunner } from 'typeorm';

export class WidenPricing1764300000002 implements MigrationInterface {
  async up(_runner: QueryRunner): Promise<void> {}

  async down(_runner: QueryRunner): Promise<void> {}
}
