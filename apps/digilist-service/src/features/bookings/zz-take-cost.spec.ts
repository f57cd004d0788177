import { readFileSync } from 'node:fs';
import { migrate } from '@kit/service';
import { createDatabase, query, stopPostgres } from '@kit/testing';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { migrations } from '../../database/migrations/index.js';

it('costs', async () => {
  const database = await createDatabase('digilist', (urls) =>
    migrate({ context: 'digilist', url: urls.migrator, migrations }),
  );
  const rows = (text: string, values: unknown[] = []) =>
    query<Record<string, unknown>>(database.urls.superuser, text, values);
  const [tenantId, orgId, userId, listingId, zoneId] = Array.from({ length: 5 }, () => uuidv7());
  await rows('INSERT INTO digilist.platform_tenants (id, status, version) VALUES ($1, $2, 1)', [tenantId, 'active']);
  await rows(
    "INSERT INTO digilist.platform_organizations (tenant_id, id, status, version) VALUES ($1, $2, 'active', 1)",
    [tenantId, orgId],
  );
  await rows("INSERT INTO digilist.platform_users (tenant_id, id, status, version) VALUES ($1, $2, 'active', 1)", [
    tenantId,
    userId,
  ]);
  await rows(
    `INSERT INTO digilist.listings (tenant_id, org_id, id, listing_type, booking_model, name, created_by, updated_by) VALUES ($1,$2,$3,'SPACE','TIME_RANGE','{}',$4,$4)`,
    [tenantId, orgId, listingId, userId],
  );
  await rows(
    `INSERT INTO digilist.zones (tenant_id, org_id, listing_id, id, name, kind, created_by, updated_by) VALUES ($1,$2,$3,$4,'{}','composite',$5,$5)`,
    [tenantId, orgId, listingId, zoneId, userId],
  );
  await rows(
    `INSERT INTO digilist.atoms (tenant_id, org_id, listing_id, exclusive, stock, created_by, updated_by) SELECT $1,$2,$3,true,1,$4,$4 FROM generate_series(1,200)`,
    [tenantId, orgId, listingId, userId],
  );
  await rows(
    `INSERT INTO digilist.allocations (tenant_id, atom_id, atom_number, kind, during, created_by, updated_by)
    SELECT $1, t.id, t.number, 'BLOCK', tstzrange(timestamptz '2027-01-01 00:00+00' + n * interval '4 hours', timestamptz '2027-01-01 02:00+00' + n * interval '4 hours'), $2, $2
    FROM digilist.atoms t, generate_series(1, 500) n WHERE t.tenant_id = $1`,
    [tenantId, userId],
  );
  await rows('VACUUM ANALYZE digilist.allocations');
  await rows('ANALYZE digilist.atoms');
  const old = readFileSync('src/database/migrations/1764000003500-create-take-time.ts', 'utf8');
  let body = old.slice(
    old.indexOf('CREATE FUNCTION digilist.take_time('),
    old.indexOf('-- Expiring is part of taking'),
  );
  body = body
    .replaceAll("interval '3 days'", "interval '1 day'")
    .replace('SELECT t.id AS atom_id, t.exclusive,', 'SELECT t.id AS atom_id, t.number, t.exclusive,')
    .replace('(tenant_id, atom_id, booking_id,', '(tenant_id, atom_id, atom_number, booking_id,')
    .replace('SELECT p_tenant, w.atom_id, p_booking', 'SELECT p_tenant, w.atom_id, w.number, p_booking');
  await rows(body.replaceAll('$body$', '$old$'));
  await rows('GRANT EXECUTE ON FUNCTION digilist.take_time TO digilist_app');
  const atoms = (await rows('SELECT id FROM digilist.atoms ORDER BY id')).map((r) => r.id as string);
  const client = new pg.Client({ connectionString: database.urls.app });
  await client.connect();
  await client.query(`SET app.tenant_id = '${tenantId}'`);
  const NEW = `SELECT * FROM digilist.take_times($1,$2,'BOOKING',NULL,'{}',array_fill($3::uuid, ARRAY[cardinality($4::uuid[])]),$4::uuid[],array_fill(1, ARRAY[cardinality($4::uuid[])]),
    array_fill($5::timestamptz, ARRAY[cardinality($4::uuid[])]),array_fill($6::timestamptz, ARRAY[cardinality($4::uuid[])]),array_fill($7::int, ARRAY[cardinality($4::uuid[])]),array_fill($7::int, ARRAY[cardinality($4::uuid[])]))`;
  const OLD = `SELECT * FROM digilist.take_time($1,$2,$3,'BOOKING',$4::uuid[],1,$5::timestamptz,$6::timestamptz,$7::int,$7::int,NULL)`;
  const run = async (name: string, text: string, parts: number, buffer: number, at: number) => {
    const start = Date.UTC(2027, 0, 1, 2, 30) + (1 + (at % 490)) * 4 * 3_600_000;
    const first = (at * 7) % (200 - parts);
    await client.query('BEGIN');
    const t = process.hrtime.bigint();
    const r = await client.query({
      name,
      text,
      values: [
        tenantId,
        userId,
        uuidv7(),
        atoms.slice(first, first + parts),
        new Date(start),
        new Date(start + 3_600_000),
        buffer,
      ],
    });
    const us = Number(process.hrtime.bigint() - t) / 1000;
    await client.query('ROLLBACK');
    return [us, r.rows[0].outcome] as const;
  };
  const median = (a: number[]) => a.sort((x, y) => x - y)[a.length >> 1] as number;
  const out: string[] = [];
  for (const [parts, buffer] of [
    [1, 0],
    [1, 15],
    [3, 0],
    [3, 15],
  ] as const) {
    const times: Record<string, number[]> = { old: [], new: [] };
    const outcomes = new Set<string>();
    for (let at = 0; at < 1500; at++)
      for (const [which, text] of at % 2
        ? ([
            ['old', OLD],
            ['new', NEW],
          ] as const)
        : ([
            ['new', NEW],
            ['old', OLD],
          ] as const)) {
        const [us, outcome] = await run(`${which}`, text, parts, buffer, at);
        outcomes.add(`${which} ${outcome}`);
        if (at >= 200) times[which]!.push(us);
      }
    out.push(
      `${parts} atoms, buffer ${buffer}: old ${median(times.old!).toFixed(0)} µs, new ${median(times.new!).toFixed(0)} µs  ${[...outcomes]}`,
    );
  }
  console.log(out.join('\n'));
  await client.end();
  await database.drop();
  await stopPostgres();
}, 300_000);
