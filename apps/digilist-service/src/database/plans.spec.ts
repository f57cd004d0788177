import { migrate, type Statement } from '@kit/service';
import { createDatabase, stopPostgres, type TestDatabase } from '@kit/testing';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { GET_BOOKING, GET_HISTORY, listBookingsStatement } from '../features/bookings/bookings.sql.js';
import { READ_BUSY, READ_LISTING_AVAILABILITY, SEARCH_AVAILABILITY } from '../features/calendar/calendar.sql.js';
import { READ_OCCUPANTS } from '../features/explain/explain.sql.js';
import { READ_CALENDAR } from '../features/public-calendar/public-calendar.sql.js';
import { READ_BUSY_DAYS } from '../features/recurring/recurring.sql.js';
import { migrations } from './migrations/index.js';

// How PostgreSQL runs the statements that everything waits for: as the service's own role, under row-level security, with
// enough rows for an index to matter. A plan that changes is looked at, and then written down anew (jest -u).

const ZONES = 50;
const DAYS = 120;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let database: TestDatabase;
let client: pg.Client;
const [tenantId, orgId, userId] = [uuidv7(), uuidv7(), uuidv7()];
let listingId: string;
let zoneId: string;
let atomId: string;
let bookingId: string;

beforeAll(async () => {
  database = await createDatabase('digilist', (urls) =>
    migrate({ context: 'digilist', url: urls.migrator, migrations }),
  );
  client = new pg.Client({ connectionString: database.urls.superuser });
  await client.connect();
  await client.query(`SET session_replication_role = replica; SET synchronous_commit = off`);
  await client.query(
    `INSERT INTO digilist.listings (tenant_id, org_id, listing_type, booking_model, status, name, created_by, updated_by)
     SELECT $1, $2, 'SPACE', 'TIME_RANGE', 'published', jsonb_build_object('nb', 'Hall ' || n), $3, $3 FROM generate_series(1, $4::int) n`,
    [tenantId, orgId, userId, ZONES],
  );
  await client.query(
    `INSERT INTO digilist.zones (tenant_id, org_id, listing_id, name, kind, implicit, created_by, updated_by)
     SELECT tenant_id, org_id, id, name, 'leaf', true, $2, $2 FROM digilist.listings WHERE tenant_id = $1`,
    [tenantId, userId],
  );
  await client.query(
    `INSERT INTO digilist.atoms (tenant_id, org_id, listing_id, created_by, updated_by)
     SELECT tenant_id, org_id, id, $2, $2 FROM digilist.listings WHERE tenant_id = $1`,
    [tenantId, userId],
  );
  await client.query(
    `INSERT INTO digilist.zone_atoms (tenant_id, zone_id, atom_id, created_by)
     SELECT z.tenant_id, z.id, t.id, $2 FROM digilist.zones z JOIN digilist.atoms t ON t.tenant_id = z.tenant_id AND t.listing_id = z.listing_id
     WHERE z.tenant_id = $1`,
    [tenantId, userId],
  );
  await client.query(
    `WITH booked AS (
       INSERT INTO digilist.bookings (tenant_id, org_id, listing_id, zone_id, user_id, status, payment_policy, starts_at, ends_at, timezone,
         pricing_group, net, vat, total, price_lines, created_by, updated_by)
       SELECT z.tenant_id, z.org_id, z.listing_id, z.id, z.id, 'confirmed', 'FREE', s, s + interval '1 hour', 'Europe/Oslo',
         'private', 0, 0, 0, '[]', $2, $2
       FROM generate_series(-$3::int / 2, $3::int / 2 - 1) d CROSS JOIN generate_series(0, 2) k CROSS JOIN digilist.zones z
       CROSS JOIN LATERAL (SELECT date_trunc('day', now(), 'UTC') + make_interval(days => d, hours => 8 + 2 * k) s) x
       WHERE z.tenant_id = $1 RETURNING *
     ), noted AS (
       INSERT INTO digilist.booking_history (tenant_id, booking_id, to_status, actor_kind, created_by)
       SELECT tenant_id, id, status, 'user', $2 FROM booked
     )
     INSERT INTO digilist.allocations (tenant_id, atom_id, atom_number, booking_id, kind, during, created_by, updated_by)
     SELECT b.tenant_id, t.id, t.number, b.id, 'BOOKING', tstzrange(b.starts_at, b.ends_at), $2, $2
     FROM booked b JOIN digilist.atoms t ON t.tenant_id = b.tenant_id AND t.listing_id = b.listing_id`,
    [tenantId, userId, DAYS],
  );
  // Each zone has a booker of its own, whose id is the zone's.
  await client.query('ANALYZE');
  const { rows } = await client.query<{ listing: string; zone: string; atom: string; booking: string }>(
    `SELECT z.listing_id AS listing, z.id AS zone, za.atom_id AS atom,
       (SELECT b.id FROM digilist.bookings b WHERE b.zone_id = z.id LIMIT 1) AS booking FROM digilist.zones z
     JOIN digilist.zone_atoms za ON za.tenant_id = z.tenant_id AND za.zone_id = z.id WHERE z.tenant_id = $1 LIMIT 1`,
    [tenantId],
  );
  const [one] = rows;
  if (!one) throw new Error('nothing was filled in');
  ({ listing: listingId, zone: zoneId, atom: atomId, booking: bookingId } = one);
  await client.query(`
    SET session_replication_role = origin;
    LOAD 'auto_explain';
    SET auto_explain.log_min_duration = 0;
    SET auto_explain.log_nested_statements = on;
    SET auto_explain.log_format = 'json';
    SET auto_explain.log_level = 'notice';
    SET max_parallel_workers_per_gather = 0;
    SET ROLE digilist_app;
    SET app.tenant_id = '${tenantId}'`);
}, 120_000);
afterAll(async () => {
  await client?.end();
  await database?.drop();
  await stopPostgres();
});

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Cond'?: string;
  Plans?: Node[];
}

/** Tables that grow with every booking. How the others are read depends on how few rows a spec has. */
const GROWING = /^(bookings|allocations|booking_history|booking_items)(_\d\d)?$/;

/** How rows of the growing tables are found: by an index, and what it is asked for. */
function sources(node: Node): string[] {
  const relation = node['Relation Name'] ?? '';
  const own =
    GROWING.test(relation) && node['Node Type'] !== 'ModifyTable'
      ? [`${relation.replace(/_\d\d$/, '')}: ${node['Node Type']}${askedFor(node['Index Cond'] ?? '')}`]
      : [];
  return [...own, ...(node.Plans ?? []).flatMap(sources)];
}

/** The columns that the index is asked for; the values do not matter. */
const askedFor = (condition: string): string => {
  const parts = [...condition.matchAll(/\(\(?(?:\w+\.)?([a-z_]+)\)?(?:::\w+)? (=|<|>|<=|>=|&&) /g)];
  return parts.length === 0 ? '' : ` on ${parts.map(([, column, is]) => `${column} ${is}`).join(', ')}`;
};

/** The plans of a statement and of all that runs inside its functions. */
async function plansOf({ text }: Pick<Statement, 'text'>, values: unknown[]): Promise<string[][]> {
  const plans: string[][] = [];
  const note = ({ message }: { message?: string }) => {
    const from = message?.indexOf('{') ?? -1;
    if (message && from >= 0) plans.push(sources((JSON.parse(message.slice(from)) as { Plan: Node }).Plan));
  };
  client.on('notice', note);
  await client.query('BEGIN');
  try {
    await client.query(text, values);
  } finally {
    await client.query('ROLLBACK');
    client.off('notice', note);
  }
  // What asks none of them has nothing to tell.
  return plans.filter((plan) => plan.length > 0);
}

const day = Math.ceil(Date.now() / DAY_MS) * DAY_MS;
const minute = (ms: number) => ms / 60_000;
const everything = {
  tenantId,
  ownerId: null,
  everywhere: true,
  orgIds: [],
  callerId: userId,
  status: null,
  listingId: null,
};
const unfiltered = {
  ...everything,
  zoneId: null,
  onBehalfOfOrgId: null,
  recurringBookingId: null,
  from: null,
  to: null,
};
const firstPage = { sort: 'newest' as const, after: null, limit: 51 };
const bookings = (filter: object, page: object = {}): [Pick<Statement, 'text'>, unknown[]] => {
  const { statement, values } = listBookingsStatement({ ...unfiltered, ...filter }, { ...firstPage, ...page });
  return [statement, values];
};

const HOT: Record<string, () => [Pick<Statement, 'text'>, unknown[]]> = {
  'the busy time of one zone': () => [READ_BUSY, [tenantId, [atomId], minute(day), minute(day + 14 * DAY_MS)]],
  'the availability of one listing': () => [
    READ_LISTING_AVAILABILITY,
    [tenantId, listingId, null, minute(day), minute(day + 14 * DAY_MS)],
  ],
  'the search for what is free': () => [
    SEARCH_AVAILABILITY,
    [tenantId, [], [], null, minute(day), minute(day + 7 * DAY_MS)],
  ],
  'taking a free time': () => [
    {
      text: `SELECT * FROM digilist.take_times($1, $2, 'HOLD', now() + interval '15 minutes', '{}', ARRAY[$3::uuid], ARRAY[$4::uuid], '{1}',
        ARRAY[$5::timestamptz], ARRAY[$6::timestamptz], '{15}', '{15}')`,
    },
    [tenantId, userId, uuidv7(), atomId, new Date(day + HOUR_MS), new Date(day + 2 * HOUR_MS)],
  ],
  'the calendar of a listing': () => [
    READ_CALENDAR,
    [tenantId, [atomId], new Date(day), new Date(day + 7 * DAY_MS), null, false],
  ],
  'who stands in the way': () => [READ_OCCUPANTS, [tenantId, [atomId], new Date(day), new Date(day + DAY_MS), null]],
  'the busy days of a series': () => [
    READ_BUSY_DAYS,
    [
      tenantId,
      [atomId],
      [minute(day), minute(day + 7 * DAY_MS)],
      [minute(day + HOUR_MS), minute(day + 8 * DAY_MS)],
      [],
    ],
  ],
  'one booking': () => [GET_BOOKING, [tenantId, bookingId]],
  'what happened to a booking': () => [GET_HISTORY, [tenantId, bookingId]],
  'own bookings': () => bookings({ ownerId: zoneId }),
  'own bookings, the next page': () => bookings({ ownerId: zoneId }, { after: [bookingId] }),
  'bookings of a zone by time': () =>
    bookings({ listingId, zoneId, from: new Date(day), to: new Date(day + 7 * DAY_MS) }, { sort: 'startsAt' }),
};

describe('the plan of a hot statement stays as it was looked at', () => {
  it.each(Object.keys(HOT))('%s', async (name) => {
    const [statement, values] = (HOT[name] as () => [Pick<Statement, 'text'>, unknown[]])();
    const plans = await plansOf(statement, values);
    expect(plans).toMatchSnapshot();
    expect(plans.flat().filter((line) => line.includes('Seq Scan'))).toEqual([]);
  });
});
