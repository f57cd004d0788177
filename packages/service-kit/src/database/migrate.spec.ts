import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, eventually, query, stopPostgres, type TestDatabase } from '@kit/testing';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { migrate } from './database.js';

class CreateReports1 implements MigrationInterface {
  name = 'CreateReports1700000000001';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE platform.reports (id uuid PRIMARY KEY)');
  }
  async down(): Promise<void> {}
}

class WidenReports2 implements MigrationInterface {
  name = 'WidenReports1700000000002';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE platform.reports ADD COLUMN note text');
  }
  async down(): Promise<void> {}
}

describe('a migration of a table that somebody reads', () => {
  let database: TestDatabase;
  let reader: pg.Client;
  const options = () => ({ context: 'platform', url: database.urls.migrator });
  const columns = () =>
    query(
      database.urls.superuser,
      "SELECT 1 FROM pg_attribute WHERE attrelid = 'platform.reports'::regclass AND attnum > 0",
    );
  beforeAll(async () => {
    database = await createDatabase('platform');
    await migrate({ ...options(), migrations: [CreateReports1] });
    reader = new pg.Client({ connectionString: database.urls.superuser });
    await reader.connect();
    await reader.query('BEGIN; SELECT * FROM platform.reports');
  });
  afterAll(async () => {
    await reader.end();
    await database.drop();
    await stopPostgres();
  });
  const migrations = [CreateReports1, WidenReports2];

  it('gives up instead of making everybody wait who comes after it, and says what to do', async () => {
    await expect(migrate({ ...options(), migrations, tries: 1 })).rejects.toThrow(
      /in use the whole time.*run the migrations again/,
    );
    expect(await columns()).toHaveLength(1);
  });

  it('tries again until the reader is done', async () => {
    const running = migrate({ ...options(), migrations });
    await eventually(async () => {
      const waiting =
        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'ALTER TABLE platform.reports%'";
      expect(await query(database.urls.superuser, waiting)).toHaveLength(1);
    });
    await reader.query('COMMIT');
    expect(await running).toEqual(['WidenReports1700000000002']);
    expect(await columns()).toHaveLength(2);
  });
});
