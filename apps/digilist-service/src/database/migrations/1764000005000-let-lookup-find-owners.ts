import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['listings', 'zones', 'bookings', 'booking_approvals'];

/** Whose is this id? Asked after a "not found", to audit attempts at rows of other tenants. Two columns, nothing else. */
export class LetLookupFindOwners1764000005000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      await runner.query(`
GRANT SELECT (tenant_id, id) ON digilist.${table} TO digilist_lookup;
CREATE POLICY lookup ON digilist.${table} FOR SELECT TO digilist_lookup USING (true);`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      await runner.query(`
DROP POLICY lookup ON digilist.${table};
REVOKE SELECT (tenant_id, id) ON digilist.${table} FROM digilist_lookup;`);
    }
  }
}
