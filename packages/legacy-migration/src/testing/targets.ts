import { Writable } from 'node:stream';
import { createDatabase, migrate as migrateSchema, query, type TestDatabase } from '@kit/testing';
import { type GenerateOptions, generate } from '../fixture/generate.js';
import { TABLES } from '../tables.js';

export interface Targets {
  readonly platform: TestDatabase;
  readonly digilist: TestDatabase;
  drop(): Promise<void>;
}

/** The two databases of the services, with the product as it registers itself, as far as a migration asks. */
export async function openTargets(): Promise<Targets> {
  const platform = await createDatabase('platform', (urls) => migrateSchema('platform', urls), { template: 'system' });
  const digilist = await createDatabase('digilist', (urls) => migrateSchema('digilist', urls), { template: 'system' });
  await query(
    platform.urls.superuser,
    `WITH product AS (
       INSERT INTO platform.products (key, name, manifest, manifest_digest) VALUES ('digilist', 'Digilist', '{}', 'test') RETURNING key
     ), plan AS (
       INSERT INTO platform.plans (id, product, key, plan_version, name, definition)
       SELECT '01900000-0000-7000-8000-000000000001', key, 'enterprise', 1, 'Enterprise', '{"modules": [], "limits": {}}' FROM product
     )
     INSERT INTO platform.role_templates (key, product, name, scope, permissions)
     SELECT r.key, product.key, r.key, r.scope, ARRAY['digilist.booking.read']
     FROM product, (VALUES ('case_handler', 'tenant'), ('listing_manager', 'tenant'), ('end_user', 'user')) r (key, scope)`,
  );
  return {
    platform,
    digilist,
    drop: async () => {
      await platform.drop();
      await digilist.drop();
    },
  };
}

/** A database as the former system left it. */
export async function openLegacy(options: Omit<GenerateOptions, 'to'>): Promise<TestDatabase> {
  const legacy = await createDatabase('platform', async () => {}, { template: 'legacy' });
  await query(legacy.urls.superuser, 'DROP SCHEMA IF EXISTS platform CASCADE');
  await generate({ to: legacy.urls.superuser, ...options });
  return legacy;
}

/** What the database itself decides: different each time, and nobody's business. */
const OF_THE_DATABASE = ['number', 'atom_number', 'packed', 'projected_at', 'pos', 'published_at'];

/** Count and checksum of every table that the migration writes to. */
export async function contents({ platform, digilist }: Targets): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [target, tables] of Object.entries(TABLES)) {
    const url = (target === 'platform' ? platform : digilist).urls.superuser;
    for (const [name, { schema }] of Object.entries(tables)) {
      // The archive is made by the first run.
      const [there] = await query<{ there: boolean }>(url, 'SELECT to_regclass($1) IS NOT NULL AS there', [
        `${schema}.${name}`,
      ]);
      if (!there?.there) continue;
      const without = [...OF_THE_DATABASE, ...(name === 'outbox' ? ['created_at'] : [])];
      const [row] = await query<{ found: string }>(
        url,
        `SELECT count(*) || ' ' || coalesce(sum(hashtextextended((to_jsonb(t) - $1::text[])::text, 0)::numeric), 0) AS found FROM ${schema}.${name} t`,
        [without],
      );
      found[`${target}.${name}`] = row?.found ?? '';
    }
  }
  return found;
}

export const urlsOf = ({ platform, digilist }: Targets) => ({
  platform: { system: platform.urls.system, migrator: platform.urls.migrator },
  digilist: { system: digilist.urls.system, migrator: digilist.urls.migrator },
});

export const silence = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });
