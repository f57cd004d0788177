import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ReadTheCalendarFaster1764200000011 implements MigrationInterface {
  async up(_runner: QueryRunner): Promise<void> {}

  async down(_runner: QueryRunner): Promise<void> {}
}
