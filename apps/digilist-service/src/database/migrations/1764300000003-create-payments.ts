import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreatePayments1764300000003 implements MigrationInterface {
  async up(_runner: QueryRunner): Promise<void> {}

  async down(_runner: QueryRunner): Promise<void> {}
}
