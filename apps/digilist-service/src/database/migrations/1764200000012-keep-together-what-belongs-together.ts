import type { MigrationInterface, QueryRunner } from 'typeorm';
import { hashPartitions, secured } from '../ddl.js';

const PARTITIONS = Array.from({ length: 16 }, (_, remainder) => String(remainder).padStart(2, '0'));

/** Tables of rows that every booking has, and the columns that an index finds them by. */
const PARTS = ['booking_items', 'booking_history', 'terms_acceptances'] as const;
const USERS_OF_TERMS = `
ALTER TABLE digilist.terms_acceptances ADD FOREIGN KEY (tenant_id, user_id) REFERENCES digilist.platform_users (tenant_id, id);
CREATE INDEX terms_acceptances_user ON digilist.terms_acceptances (tenant_id, user_id);`;

/**
 * A foreign key to a partitioned table opens all sixteen partitions for each row that is checked: of what placing a
 * booking costs the database, a quarter. What belongs to a booking is partitioned as bookings are, and each partition
 * points at its own: the check is one look into one index.
 */
export class KeepTogetherWhatBelongsTogether1764200000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of PARTS) {
      await runner.query(`
ALTER TABLE digilist.${table} RENAME TO ${table}_before;
ALTER TABLE digilist.${table}_before NO FORCE ROW LEVEL SECURITY;
CREATE TABLE digilist.${table} (LIKE digilist.${table}_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS, PRIMARY KEY (tenant_id, id))
  PARTITION BY HASH (tenant_id);
CREATE INDEX ${table}_of_booking ON digilist.${table} (tenant_id, booking_id);
${hashPartitions(table)}
INSERT INTO digilist.${table} SELECT * FROM digilist.${table}_before;
DROP TABLE digilist.${table}_before;
${secured(table, 'SELECT', 'INSERT')}
${PARTITIONS.map((n) => own(`${table}_${n}`, n)).join('\n')}`);
    }
    await runner.query(USERS_OF_TERMS);
    await runner.query(`
ALTER TABLE digilist.allocations DROP CONSTRAINT allocations_tenant_id_booking_id_fkey;
${PARTITIONS.map((n) => own(`allocations_${n}`, n, 'DEFERRABLE INITIALLY DEFERRED')).join('\n')}`);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back');
  }
}

/** The partition's rows belong to bookings of the partition with the same number. */
const own = (partition: string, n: string, when = ''): string =>
  `ALTER TABLE digilist.${partition} ADD FOREIGN KEY (tenant_id, booking_id) REFERENCES digilist.bookings_${n} (tenant_id, id) ${when};`;
