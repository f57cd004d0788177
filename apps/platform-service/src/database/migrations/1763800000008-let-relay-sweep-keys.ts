import { letRelaySweepKeys } from '@kit/service';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Idempotency keys are kept for a week; the kit's retention deletes them by age, across tenants. */
export class LetRelaySweepKeys1763800000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of letRelaySweepKeys('platform')) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP POLICY relay ON platform.idempotency_keys');
    await runner.query('REVOKE ALL ON platform.idempotency_keys FROM platform_relay');
  }
}
