import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AnswerEventsLater1764200000010 implements MigrationInterface {
  async up(_runner: QueryRunner): Promise<void> {}

  async down(_runner: QueryRunner): Promise<void> {}
}
