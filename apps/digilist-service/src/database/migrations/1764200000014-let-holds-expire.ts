import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A hold that ran out is marked once it has been told of, so that nobody tells it again. */
export class LetHoldsExpire1764200000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE digilist.holds DROP CONSTRAINT holds_status_check,
  ADD CONSTRAINT holds_status_check CHECK (status IN ('active', 'used', 'released', 'expired'));
-- Asked every few seconds: only those that go on, or ran out since, are in it.
CREATE INDEX holds_running_out ON digilist.holds (tenant_id, expires_at) WHERE status = 'active';
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP INDEX digilist.holds_running_out;
ALTER TABLE digilist.holds NO FORCE ROW LEVEL SECURITY;
UPDATE digilist.holds SET status = 'active' WHERE status = 'expired';
ALTER TABLE digilist.holds FORCE ROW LEVEL SECURITY;
ALTER TABLE digilist.holds DROP CONSTRAINT holds_status_check,
  ADD CONSTRAINT holds_status_check CHECK (status IN ('active', 'used', 'released'));
`);
  }
}
