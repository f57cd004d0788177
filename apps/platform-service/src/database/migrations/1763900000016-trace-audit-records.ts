import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run } from './ddl.js';

/** Which trace and which session a record belongs to. */
export class TraceAuditRecords1763900000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      // format 3: as 2, and trace and session are hashed with the rest.
      `ALTER TABLE platform.audit_logs
         ADD COLUMN trace_id text,
         ADD COLUMN session_id uuid,
         DROP CONSTRAINT audit_logs_format_check,
         ADD CONSTRAINT audit_logs_format_check CHECK (format IN (1, 2, 3)) NOT VALID,
         ADD CONSTRAINT audit_logs_traced CHECK (format = 3 OR (trace_id IS NULL AND session_id IS NULL)) NOT VALID`,
    ]);
  }

  async down(): Promise<void> {
    throw new Error('records of the third format cannot be read by what was before; restore a backup instead');
  }
}
