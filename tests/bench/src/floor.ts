import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '@kit/local-servers';
import { query } from '@kit/testing';
import pg from 'pg';
import type { Place } from './fill.js';
import type { Target } from './target.js';

/** The product's statement, as its build has it: whatever it becomes, the floor becomes as well. */
interface PlaceBookingStatement {
  statement: { text: string };
  values(parameters: object): unknown[];
}

const STATEMENT = 'apps/digilist-service/dist/features/bookings/place-booking.sql.js';

/**
 * The floor of P1: PLACE_BOOKING, word for word, inside one PostgreSQL function that is called with nothing but a number.
 * What the service does before it (who may, rules, price) is not in it.
 */
export async function makeFloor(target: Target, places: readonly Place[], example: string): Promise<void> {
  const { PLACE_BOOKING } = (await import(pathToFileURL(path.join(root, STATEMENT)).href)) as {
    PLACE_BOOKING: PlaceBookingStatement;
  };
  const { text } = PLACE_BOOKING.statement;
  const client = new pg.Client({ connectionString: target.system.urls.digilist.superuser });
  await client.connect();
  try {
    await client.query(`PREPARE floor AS ${text}`);
    const { rows } = await client.query<{ types: string[] }>(
      `SELECT parameter_types::text[] AS types FROM pg_prepared_statements WHERE name = 'floor'`,
    );
    const types = rows[0]?.types ?? [];
    const values = PLACE_BOOKING.values(parameters(target, await exampleOf(client, target.tenantId, example)));
    const call = values.map((value, at) => `(${value as string})::${types[at]}`).join(',\n      ');
    await client.query(`
      CREATE SCHEMA bench;
      CREATE TABLE bench.places (n integer PRIMARY KEY, listing_id uuid, zone_id uuid, atoms uuid[]);
      INSERT INTO bench.places SELECT n - 1, p.listing_id, p.zone_id,
        ARRAY(SELECT za.atom_id FROM digilist.zone_atoms za WHERE za.tenant_id = '${target.tenantId}' AND za.zone_id = p.zone_id)
      FROM unnest(${array(places.map(({ listingId }) => listingId))}, ${array(places.map(({ zoneId }) => zoneId))})
        WITH ORDINALITY p (listing_id, zone_id, n);
      CREATE FUNCTION bench.place(${types.join(', ')}) RETURNS text LANGUAGE plpgsql AS $body$
      DECLARE r record;
      BEGIN
        FOR r IN ${text} LOOP RETURN r.outcome; END LOOP;
      END $body$;
      CREATE FUNCTION bench.book(slot integer) RETURNS void LANGUAGE plpgsql AS $body$
      DECLARE
        p bench.places;
        booker uuid := (${array(target.bookers.map(({ id }) => id))})[1 + slot % ${target.bookers.length}];
        hour integer := slot / ${places.length};
        starts timestamptz := date_trunc('day', now(), 'UTC')
          + make_interval(days => 11 + 2 * (hour / 8), hours => 8 + hour % 8);
      BEGIN
        SELECT * INTO p FROM bench.places WHERE n = (slot::bigint * 617) % ${places.length};
        IF bench.place(${call}) <> 'taken' THEN RAISE EXCEPTION 'slot % is taken', slot; END IF;
      END $body$;
      GRANT USAGE ON SCHEMA bench TO digilist_app;
      GRANT SELECT ON bench.places TO digilist_app;`);
    await client.query('ANALYZE bench.places');
  } finally {
    await client.end();
  }
}

const array = (ids: readonly string[]): string => `'{${ids.join(',')}}'::uuid[]`;
const text = (value: unknown): string => `'${String(value).replaceAll("'", "''")}'`;

interface Example {
  approval: string;
  lines: string;
  snapshot: string;
  net: string;
  vat: string;
  total: string;
  subjects: string[];
  payloads: string[];
}

/** A booking that the system made: what it wrote is what the floor writes. */
async function exampleOf(client: pg.Client, tenantId: string, id: string): Promise<Example> {
  const { rows } = await client.query<Example>(
    `SELECT b.approval::text, b.price_lines::text AS lines, i.snapshot::text, b.net, b.vat, b.total,
       m.subjects, m.payloads
     FROM digilist.bookings b
     JOIN digilist.booking_items i ON i.tenant_id = b.tenant_id AND i.booking_id = b.id
     CROSS JOIN LATERAL (
       SELECT array_agg(o.subject ORDER BY o.pos) AS subjects, array_agg(o.payload ORDER BY o.pos) AS payloads
       FROM digilist.outbox o WHERE o.tenant_id = b.tenant_id AND o.payload LIKE '%' || b.id || '%'
     ) m
     WHERE b.tenant_id = $1 AND b.id = $2`,
    [tenantId, id],
  );
  if (!rows[0]) throw new Error(`there is no booking ${id}`);
  return rows[0];
}

const parameters = (target: Target, made: Example): Record<string, string> => ({
  tenantId: text(target.tenantId),
  actorId: 'booker',
  id: 'uuidv7()',
  version: '0',
  orgId: text(target.orgId),
  listingId: 'p.listing_id',
  listingVersion: '1',
  zoneId: 'p.zone_id',
  zoneIds: 'ARRAY[p.zone_id]',
  zoneShapes: `ARRAY[(SELECT z.shape FROM digilist.zones z WHERE z.tenant_id = ${text(target.tenantId)} AND z.id = p.zone_id)]`,
  holdId: 'NULL',
  userId: 'booker',
  onBehalfOfOrgId: 'NULL',
  status: text('confirmed'),
  paymentPolicy: text('INVOICE'),
  startsAt: 'starts',
  endsAt: `starts + interval '1 hour'`,
  timezone: text('Europe/Oslo'),
  quantity: '1',
  attendees: 'NULL',
  purpose: 'NULL',
  publicTitle: 'NULL',
  showInPublicCalendar: 'false',
  pricingGroup: text('private'),
  discountCode: 'NULL',
  addOns: text('[]'),
  quoteId: 'NULL',
  currency: text('NOK'),
  net: made.net,
  vat: made.vat,
  total: made.total,
  lines: text(made.lines),
  approval: text(made.approval),
  expiresAt: 'NULL',
  snapshot: text(made.snapshot),
  termsVersion: text('1'),
  ip: text('127.0.0.1'),
  userAgent: 'NULL',
  atomIds: 'p.atoms',
  claimQuantities: 'array_fill(1, ARRAY[cardinality(p.atoms)])',
  claimBuffersBefore: 'array_fill(0, ARRAY[cardinality(p.atoms)])',
  claimBuffersAfter: 'array_fill(0, ARRAY[cardinality(p.atoms)])',
  freedIds: `'{}'`,
  approvalId: 'NULL',
  workflowId: 'NULL',
  level: 'NULL',
  priority: 'NULL',
  dueAt: 'NULL',
  messageIds: `ARRAY[${made.subjects.map(() => 'uuidv7()').join(', ')}]`,
  messageSubjects: `ARRAY[${made.subjects.map(text).join(', ')}]`,
  messagePayloads: `ARRAY[${made.payloads.map(text).join(', ')}]`,
});

const candidates = ['/usr/bin/pgbench', ...[18, 17, 16, 15].map((major) => `/usr/lib/postgresql/${major}/bin/pgbench`)];
const PGBENCH = candidates.find((file) => existsSync(file) && spawnSync(file, ['--version']).status === 0);

export const driver = PGBENCH ? 'pgbench' : 'a Node driver (no pgbench here, so its share of the cores is larger)';

/** Calls the floor as the app role, from `clients` connections. Answers how many it made; slots begin at `base`. */
export async function runFloor(
  target: Target,
  { clients, seconds, base }: { clients: number; seconds: number; base: number },
): Promise<{ operations: number; seconds: number }> {
  const url = target.system.urls.digilist.app;
  const settings = `-c app.tenant_id=${target.tenantId} -c timezone=UTC`;
  return PGBENCH
    ? pgbench(PGBENCH, url, settings, { clients, seconds, base })
    : nodeDriver(url, settings, { clients, seconds, base });
}

async function pgbench(
  file: string,
  url: string,
  settings: string,
  { clients, seconds, base }: { clients: number; seconds: number; base: number },
): Promise<{ operations: number; seconds: number }> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'bench-floor-'));
  const script = path.join(dir, 'book.sql');
  writeFileSync(script, `\\set k :k + 1\n\\set slot :base + :k * ${clients} + :client_id\nSELECT bench.book(:slot);\n`);
  const args = ['-n', '-M', 'prepared', '-j', '1', '-c', `${clients}`, '-T', `${seconds}`, '-D', 'k=-1'];
  const child = spawn(file, [...args, '-D', `base=${base}`, '-f', script, url], {
    env: { ...process.env, PGOPTIONS: settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  rmSync(dir, { recursive: true });
  const done = /transactions actually processed: (\d+)/.exec(output);
  const rate = /tps = ([\d.]+) \(without/.exec(output);
  if (code !== 0 || !done || !rate) throw new Error(`pgbench ended with ${code}:\n${output}`);
  return { operations: Number(done[1]), seconds: Number(done[1]) / Number(rate[1]) };
}

async function nodeDriver(
  url: string,
  options: string,
  { clients, seconds, base }: { clients: number; seconds: number; base: number },
): Promise<{ operations: number; seconds: number }> {
  const connected = await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = new pg.Client({ connectionString: url, options });
      await client.connect();
      return client;
    }),
  );
  let next = base;
  const started = performance.now();
  const end = started + seconds * 1000;
  await Promise.all(
    connected.map(async (client) => {
      while (performance.now() < end) {
        await client.query({ name: 'book', text: 'SELECT bench.book($1)', values: [next++] });
      }
    }),
  );
  const took = (performance.now() - started) / 1000;
  await Promise.all(connected.map((client) => client.end()));
  return { operations: next - base, seconds: took };
}

/** What the floor wrote is not to be published: marks it while the services stand still. */
export const forgetFloor = (target: Target): Promise<unknown> =>
  query(
    target.system.urls.digilist.superuser,
    'UPDATE digilist.outbox SET published_at = now() WHERE published_at IS NULL',
  );
