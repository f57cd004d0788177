import pg from 'pg';
import { copyListing, copyOf, type Place } from './fill.js';
import { expectStatus, send } from './http.js';
import type { Options } from './main.js';
import { type Cell, cell, cpuOf, load, median, otherCores, rounds } from './measure.js';
import { AvailabilityFloor } from './p3-floor.js';
import { fixed, micro, perProcess, type Report, type Result } from './result.js';
import { freshTokens, startTarget, type Target } from './target.js';

const GOAL_RATIO = 3;
const GOAL_GROWTH = 1.3;
const GOAL_RLS = 1.15;
const A_DAY = 5;
const DAY_MS = 86_400_000;

interface Sizes {
  listings: [few: number, many: number];
  /** Days of history of the first zones, and ten times as much. */
  history: [short: number, long: number];
  /** Allocations of other municipalities. */
  others: number;
}

const FULL: Sizes = { listings: [40, 200], history: [86, 860], others: 3_000_000 };
const SMOKE: Sizes = { listings: [4, 10], history: [10, 100], others: 20_000 };

/**
 * P3: what is free in a municipality of 200 zones over 14 days, and of 1 000 over 7, while the calendar grows: by ten
 * times the history, by other municipalities. On a system of its own, because it fills the calendar as it goes.
 */
export async function p3(_target: Target, _places: readonly Place[], { smoke, say }: Options): Promise<Report> {
  const { listings, history, others } = smoke ? SMOKE : FULL;
  say('P3: availability, on a system of its own');
  const target = await startTarget();
  const client = new pg.Client({ connectionString: target.system.urls.digilist.superuser });
  await client.connect();
  try {
    await client.query('SET synchronous_commit = off');
    await client.query('SET session_replication_role = replica');
    // Only what is read is measured, and building the constraint over millions of rows takes minutes.
    await client.query('ALTER TABLE digilist.allocations DROP CONSTRAINT allocations_no_overlap');
    await client.query(`UPDATE digilist.listings SET status = 'draft', version = version + 1 WHERE id = $1`, [
      target.listingId,
    ]);
    const zones = (copies: number) => copies * target.zoneIds.length;
    const [few, many] = listings;
    const measure = (copies: number, days: number) => availability(target, client, zones(copies), days, { smoke, say });

    await copies(client, target, 1, few);
    await take(client, target, [1, few], [-history[0], 20]);
    const small = await measure(few, 14);
    await take(client, target, [1, few], [-history[1], -history[0]]);
    const long = await measure(few, 14);
    await crowd(client, target, others);
    const crowded = await measure(few, 14);
    await copies(client, target, few + 1, many);
    await take(client, target, [few + 1, many], [-10, 20]);
    const wide = await measure(many, 7);
    const rows = await client.query<{ count: string }>('SELECT count(*) FROM digilist.allocations');
    say(`${rows.rows[0]?.count} allocations at the end`);

    const ours = (all: readonly Measured[]) => median(all.map(({ product }) => product.cpuTotal));
    const growth = (what: string, after: readonly Measured[]): Result => {
      const ratio = ours(after) / ours(small);
      return {
        benchmark: 'P3',
        what,
        limit: `≤ ${GOAL_GROWTH} ×`,
        peer: micro(ours(small)),
        measured: micro(ours(after)),
        ratio: fixed(ratio),
        ok: smoke ? null : ratio <= GOAL_GROWTH,
      };
    };
    return {
      results: [
        beside(`${zones(few)} zones × 14 days: CPU`, small, smoke),
        beside(`${zones(many)} zones × 7 days: CPU`, wide, smoke),
        growth(`${zones(few)} × 14 with ten times the history`, long),
        growth(`${zones(few)} × 14 among ${others} allocations of others`, crowded),
        await rowLevelSecurity(target, client, smoke),
      ],
      notes: [
        "P3's limit is an index-only count of the window and the gaps worked out from memory, written as the same JSON; it answers nobody over HTTP. The product's figure is the whole way, all processes.",
      ],
    };
  } finally {
    await client.end();
    await target.stop();
  }
}

async function copies(client: pg.Client, target: Target, from: number, to: number): Promise<void> {
  await copyListing(client, target, from, to);
  await client.query(
    `UPDATE digilist.listings SET status = 'published', version = version + 1 WHERE tenant_id = $1 AND id <> $2 AND status = 'draft'`,
    [target.tenantId, target.listingId],
  );
}

/** Five hours of each day between two days from now, in every zone of some copies. */
async function take(client: pg.Client, target: Target, range: [number, number], days: [number, number]): Promise<void> {
  await client.query(
    `INSERT INTO digilist.allocations (tenant_id, atom_id, atom_number, kind, during, created_by, updated_by)
     SELECT $1, t.id, t.number, 'BLOCK', tstzrange(s, s + interval '1 hour'), $1, $1
     FROM generate_series($5::int, $6::int - 1) d CROSS JOIN generate_series(0, ${A_DAY - 1}) k
     CROSS JOIN digilist.atoms t
     CROSS JOIN LATERAL (SELECT date_trunc('day', now(), 'UTC') + make_interval(days => d, hours => 8 + 2 * k, mins => 15 * (t.number % 4)) s) x
     WHERE t.tenant_id = $1 AND t.listing_id = ANY (SELECT ${copyOf('$2::uuid::text')} FROM generate_series($3::int, $4::int) n)
       AND t.id IN (SELECT za.atom_id FROM digilist.zone_atoms za
         JOIN digilist.zones z ON z.tenant_id = za.tenant_id AND z.id = za.zone_id AND z.status = 'active' WHERE za.tenant_id = $1)
     ORDER BY d, random()`,
    [target.tenantId, target.listingId, ...range, ...days],
  );
  await client.query('VACUUM ANALYZE');
}

/** Other municipalities, two hundred zones each, over the same days. */
async function crowd(client: pg.Client, target: Target, allocations: number): Promise<void> {
  const [zones, days] = [200, 60];
  const tenants = Math.ceil(allocations / (zones * days * A_DAY));
  await client.query(
    `WITH other AS MATERIALIZED (SELECT uuidv7() AS tenant FROM generate_series(1, $1::int)),
       place AS MATERIALIZED (SELECT tenant, uuidv7() AS atom, n FROM other, generate_series(1, $2::int) n)
     INSERT INTO digilist.allocations (tenant_id, atom_id, atom_number, kind, during, created_by, updated_by)
     SELECT tenant, atom, n, 'BLOCK', tstzrange(s, s + interval '1 hour'), tenant, tenant
     FROM generate_series(-$3::int / 2, $3::int / 2) d CROSS JOIN generate_series(0, ${A_DAY - 1}) k CROSS JOIN place
     CROSS JOIN LATERAL (SELECT date_trunc('day', now(), 'UTC') + make_interval(days => d, hours => 8 + 2 * k) s) x
     ORDER BY d, random()`,
    [tenants, zones, days],
  );
  await client.query('VACUUM ANALYZE');
  void target;
}

type Measured = Record<'floor' | 'product', Cell>;

async function availability(
  target: Target,
  client: pg.Client,
  zones: number,
  days: number,
  { smoke, say }: Options,
): Promise<Measured[]> {
  const from = new Date();
  from.setUTCHours(0, 0, 0, 0);
  from.setUTCDate(from.getUTCDate() + 1);
  const to = new Date(from.getTime() + days * DAY_MS);
  const path = `/availability?from=${from.toISOString()}&to=${to.toISOString()}&minDuration=30&limit=200`;
  const { bystander } = await freshTokens(target);
  const ask = () => expectStatus(send(target.pool, bystander, 'GET', path), 200);
  for (let warm = 0; warm < 10; warm++) await ask();
  const answer = JSON.parse(await ask()) as { data: { free: object[] }[] };
  const gaps = answer.data.reduce((sum, { free }) => sum + free.length, 0);
  say(`P3: ${zones} zones × ${days} days: ${answer.data.length} zones, ${gaps} gaps in the answer`);
  if (answer.data.length !== Math.min(200, zones)) throw new Error(`${answer.data.length} zones are free`);
  const floor = await AvailabilityFloor.open(target, client, { from, to, zones: answer.data.length });
  const seconds = smoke ? 1 : 4;
  try {
    return await rounds(
      { ...(smoke ? { count: 1, spare: 0 } : { count: 3, spare: 3 }), say },
      {
        floor: () => floor.run(seconds),
        product: () =>
          cell(target.roots, () =>
            load({ clients: 1, seconds }, async () => {
              await ask();
            }),
          ),
      },
    );
  } finally {
    await floor.close();
  }
}

function beside(what: string, kept: readonly Measured[], smoke: boolean): Result {
  const [floor, product] = [kept.map((round) => round.floor), kept.map((round) => round.product)];
  const ratio = median(kept.map((round) => round.product.cpuTotal / round.floor.cpuTotal));
  return {
    benchmark: 'P3',
    what,
    limit: `≤ ${GOAL_RATIO} × reading and arithmetic`,
    peer: `${micro(median(floor.map(({ cpuTotal }) => cpuTotal)))} = ${perProcess(cpuOf(floor))}`,
    measured: `${micro(median(product.map(({ cpuTotal }) => cpuTotal)))} = ${perProcess(cpuOf(product))}, p50 ${fixed(median(product.map(({ p50 }) => p50)), 1)} ms, ${otherCores(product)}`,
    ratio: fixed(ratio),
    ok: smoke ? null : ratio <= GOAL_RATIO,
  };
}

/** The same statement as the service runs it and as somebody whom row-level security does not bind. */
async function rowLevelSecurity(target: Target, client: pg.Client, smoke: boolean): Promise<Result> {
  const app = new pg.Client({ connectionString: target.system.urls.digilist.app });
  await app.connect();
  try {
    const floor = await AvailabilityFloor.statement();
    const from = Math.ceil(Date.now() / DAY_MS) * 1440;
    const values = [target.tenantId, [], [], null, from, from + 14 * 1440];
    await app.query(`SELECT set_config('app.tenant_id', $1, false)`, [target.tenantId]);
    const time = async (by: pg.Client) => {
      const times: number[] = [];
      for (let run = 0; run < (smoke ? 5 : 40); run++) {
        const began = performance.now();
        await by.query({ name: 'rls', text: floor, values });
        times.push(performance.now() - began);
      }
      return median(times.slice(3));
    };
    const ratios: number[] = [];
    for (let round = 0; round < 5; round++) ratios.push((await time(app)) / (await time(client)));
    const ratio = median(ratios);
    return {
      benchmark: 'P3',
      what: 'row-level security: the read as the service beside the same unbound',
      limit: `≤ ${GOAL_RLS} ×`,
      peer: '–',
      measured: `${ratios.map((each) => fixed(each)).join(', ')}`,
      ratio: fixed(ratio),
      ok: smoke ? null : ratio <= GOAL_RLS,
    };
  } finally {
    await app.end();
  }
}
