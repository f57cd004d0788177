import type { MigrationInterface, QueryRunner } from 'typeorm';

export class PlaceEveryModel1764200000002 implements MigrationInterface {
  async up(_runner: QueryRunner): Promise<void> {}

  async down(_runner: QueryRunner): Promise<void> {}
}
