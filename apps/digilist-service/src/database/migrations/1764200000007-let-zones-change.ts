import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LetZonesChange1764200000007 implements MigrationInterface {
  async up(_runner: QueryRunner): Promise<void> {}

  async down(_runner: QueryRunner): Promise<void> {}
}
