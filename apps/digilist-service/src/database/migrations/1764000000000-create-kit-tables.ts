import { kitTables } from '@kit/service';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Outbox, inbox, dead letters, idempotency keys, relay lease. */
export class CreateKitTables1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of kitTables('digilist')) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE digilist.relay_lease, digilist.idempotency_keys, digilist.dead_letters, digilist.inbox, digilist.outbox',
    );
  }
}
