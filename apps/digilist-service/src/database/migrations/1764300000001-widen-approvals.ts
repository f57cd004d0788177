import type { MigrationInterface, QueryRunner } from 'typeorm';

export class WidenApprovals1764300000001 implements MigrationInterface {
  async up(_runner: QueryRunner): Promise<void> {}

  async down(_runner: QueryRunner): Promise<void> {}
}
