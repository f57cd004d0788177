import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreatePaymentProviders1764300000004 implements MigrationInterface {
  async up(_runner: QueryRunner): Promise<void> {}

  async down(_runner: QueryRunner): Promise<void> {}
}
