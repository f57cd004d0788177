import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, stopPostgres, type TestDatabase } from '@kit/testing';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { createDataSource, migrate } from './database.js';
import { requireMigrations } from './schema-age.js';

class CreateReports1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE platform.reports (id uuid PRIMARY KEY)');
  }
  async down(): Promise<void> {}
}

class Widen implements MigrationInterface {
  name = 'WidenReports1700000000002';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE platform.reports ADD COLUMN note text');
  }
  async down(): Promise<void> {}
}

describe('a release and the schema it finds', () => {
  let database: TestDatabase;
  let system: DataSource;
  beforeAll(async () => {
    database = await createDatabase('platform');
    system = await createDataSource({ context: 'platform', url: database.urls.system }).initialize();
  });
  afterAll(async () => {
    await system.destroy();
    await database.drop();
    await stopPostgres();
  });
  const starts = (migrations: (new () => MigrationInterface)[]) => requireMigrations('platform', system, migrations);
  const expand = (migrations: (new () => MigrationInterface)[]) =>
    migrate({ context: 'platform', url: database.urls.migrator, migrations });

  it('does not start on an empty database, and says what to do', async () => {
    await expect(starts([CreateReports1700000000001])).rejects.toThrow(
      /CreateReports1700000000001 has not run\. Run the migrations of this release first/,
    );
  });

  it('does not start on the schema of the release before', async () => {
    await expand([CreateReports1700000000001]);
    await starts([CreateReports1700000000001]);
    await expect(starts([CreateReports1700000000001, Widen])).rejects.toThrow(
      /: WidenReports1700000000002 has not run/,
    );
  });

  it('starts on the schema of the next release', async () => {
    await expand([CreateReports1700000000001, Widen]);
    await starts([CreateReports1700000000001]);
  });
});
