import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateInvoices1764300000005 implements MigrationInterface {
  async up(_runner: QueryRunner): Promise<void> {}

  async down(_runner: QueryRunner): Promise<void> {}
}
