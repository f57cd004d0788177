import { migrate } from '@kit/service';
import { createDatabase, stopPostgres, type TestDatabase } from '@kit/testing';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { migrations } from '../../database/migrations/index.js';
import { findListings } from './search.sql.js';

const TENANT = uuidv7();
let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase('digilist', (urls) =>
    migrate({ context: 'digilist', url: urls.migrator, migrations }),
  );
});
afterAll(async () => {
  await database?.drop();
  await stopPostgres();
});

describe('the statement', () => {
  it('reads a page by name from the index, and the documents of one tenant only', async () => {
    const client = new pg.Client({ connectionString: database.urls.app });
    await client.connect();
    try {
      await client.query(`SELECT set_config('app.tenant_id', '${TENANT}', false)`);
      await client.query('SET enable_seqscan = off');
      const planOf = async (words: boolean) => {
        const shape = {
          words,
          near: false,
          filtered: false,
          sort: words ? 'relevance' : 'name',
          scope: 'page',
          reads: 'nothing',
        } as const;
        const { statement, values } = findListings(shape);
        const bound = values({
          tenantId: TENANT,
          publicStatuses: ['published', 'maintenance'],
          everywhere: false,
          orgIds: [],
          status: null,
          q: words ? 'idrettshall' : null,
          type: null,
          category: null,
          amenities: null,
          capacity: null,
          municipality: null,
          orgId: null,
          latitude: null,
          longitude: null,
          within: null,
          afterRank: null,
          afterName: null,
          afterId: null,
          fetch: 51,
          cachedIds: [],
          cachedVersions: [],
          cachedStamp: null,
          from: null,
          until: null,
        });
        const { rows } = await client.query<Record<'QUERY PLAN', string>>(
          `EXPLAIN (COSTS OFF) ${statement.text}`,
          bound,
        );
        return rows.map((row) => row['QUERY PLAN']).join('\n');
      };
      expect(await planOf(false)).toMatch(
        /CTE found\n +-> +Limit\n(?!.*Sort)(.*\n){1,5}.*Index Scan using listings_name on listings l/,
      );
      expect(await planOf(true)).toMatch(/listing_documents_pkey[^\n]*\n *Index Cond: \(+tenant_id =/);
    } finally {
      await client.end();
    }
  });
});
