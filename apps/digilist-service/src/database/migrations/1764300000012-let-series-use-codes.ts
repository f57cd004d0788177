import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A series is booked with one discount code, which its later dates are priced with, too. */
export class LetSeriesUseCodes1764300000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE digilist.recurring_bookings ADD COLUMN discount_code text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE digilist.recurring_bookings DROP COLUMN discount_code');
  }
}
