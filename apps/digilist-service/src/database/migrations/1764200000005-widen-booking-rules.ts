import type { MigrationInterface, QueryRunner } from 'typeorm';

export class WidenBookingRules1764200000005 implements MigrationInterface {
  async up(_runner: QueryRunner): Promise<void> {}

  async down(_runner: QueryRunner): Promise<void> {}
}
