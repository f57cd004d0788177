import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateCalendarFeeds1764200000009 implements MigrationInterface {
  async up(_runner: QueryRunner): Promise<void> {}

  async down(_runner: QueryRunner): Promise<void> {}
}
