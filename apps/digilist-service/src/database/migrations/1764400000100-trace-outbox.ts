import { traceOutbox } from '@kit/service';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What leaves the outbox continues the trace of the request that has caused it. */
export class TraceOutbox1764400000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of traceOutbox('digilist')) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE digilist.outbox DROP COLUMN traceparent');
  }
}
