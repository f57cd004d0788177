import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * returned: handed back of the granted, in all; returned_told: what PLATFORM has confirmed of it. overdrawn: used beyond
 * what was granted while PLATFORM was away, in modules that go on then; the next block pays it back.
 */
export class ReturnUnusedBlocks1764000010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE digilist.usage_leases
        DROP CONSTRAINT usage_leases_check,
        ADD COLUMN returned bigint NOT NULL DEFAULT 0 CHECK (returned >= 0),
        ADD COLUMN returned_told bigint NOT NULL DEFAULT 0,
        ADD COLUMN overdrawn bigint NOT NULL DEFAULT 0 CHECK (overdrawn >= 0),
        ADD CONSTRAINT usage_leases_within CHECK (used + returned <= granted + overdrawn),
        ADD CONSTRAINT usage_leases_told CHECK (returned_told <= returned)`);
  }

  async down(): Promise<void> {
    throw new Error('what was returned and overdrawn would be lost; restore a backup instead');
  }
}
