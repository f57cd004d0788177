import { letRelaySweepKeys } from '@kit/service';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Idempotency keys are kept for a week; the kit's retention deletes them by age, across tenants. */
export class LetRelaySweepKeys1764000006000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of letRelaySweepKeys('digilist')) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP POLICY relay ON digilist.idempotency_keys');
    await runner.query('REVOKE ALL ON digilist.idempotency_keys FROM digilist_relay');
  }
}
