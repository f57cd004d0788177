import { query } from '@kit/testing';
import { type Place, slot } from './fill.js';
import { driver, forgetFloor, makeFloor, runFloor } from './floor.js';
import { expectStatus, send } from './http.js';
import type { Options } from './main.js';
import { type Cell, cell, cpuOf, load, median, otherCores, rounds } from './measure.js';
import { fixed, micro, perProcess, type Report, type Result } from './result.js';
import { Aftermath } from './settle.js';
import { BOOKERS, freshTokens, type Target, TERMS } from './target.js';

const GOAL_RATIO = 0.35;
const GOAL_CPU_MS = 1.0;

/** P1: bookings over HTTP, spread over many zones, beside the writing statement alone. */
export async function p1(target: Target, places: readonly Place[], { smoke, say }: Options): Promise<Report> {
  say(`P1: bookings of ${BOOKERS} clients, spread over ${places.length} zones`);
  const bookings = new Bookings(target, places);
  const after = await Aftermath.of(target);
  try {
    await withoutNotifications(target, true);
    const example = await bookings.warmUp(after);
    await makeFloor(target, places, example);
    const seconds = smoke ? 2 : 5;
    let base = 0;
    const floor = async (): Promise<Cell> => {
      await after.settled(bookings.audited);
      standStill(target, 'SIGSTOP');
      try {
        const measured = await cell(target.roots, () => runFloor(target, { clients: BOOKERS, seconds, base }));
        base += 10 * measured.operations + 10_000;
        await forgetFloor(target);
        return measured;
      } finally {
        standStill(target, 'SIGCONT');
      }
    };
    const product = () => bookings.measured(seconds, after);
    // The first round plans every statement on every connection.
    await floor();
    await product();
    const plan = smoke ? { count: 1, spare: 0 } : { count: 3, spare: 3 };
    const plain = await rounds({ ...plan, say }, { floor, product });
    await withoutNotifications(target, false);
    const told = smoke ? [] : await rounds({ count: 2, spare: 1, say }, { product });
    return {
      results: judge(
        plain,
        told.map(({ product }) => product),
        smoke,
        await bookings.counted(),
      ),
      notes: [
        `P1's floor is PLACE_BOOKING itself inside one function, called by ${driver} at c = ${BOOKERS} as the app role, the services stopped (SIGSTOP) meanwhile. What the service does before it (who may, rules, price) is not in the floor.`,
        'P1 counts what a booking leaves to do: its processor time ends when the outbox is published and its audit record is in the chain.',
        'P1 runs with the module of notifications taken from the licence, since a mail per booking is none of its work; the line "with notifications" has them, mails through SMTP included.',
        'Directus is run on demand only and is not part of this run.',
      ],
    };
  } finally {
    await after.close();
  }
}

class Bookings {
  private made: string[] = [];
  private next = 0;
  audited = 0;

  constructor(
    private readonly target: Target,
    private readonly places: readonly Place[],
  ) {}

  /** One booking of every place, so that both sides find their caches warm. Answers the id of one. */
  async warmUp(after: Aftermath): Promise<string> {
    const tokens = await freshTokens(this.target);
    const audited = await after.audited();
    await load({ clients: BOOKERS, seconds: 120, limit: this.places.length }, (_, client) =>
      this.book(tokens.bookers[client] as string),
    );
    await after.settled(audited + this.made.length);
    this.audited = await after.audited();
    return this.made.at(-1) as string;
  }

  async measured(seconds: number, after: Aftermath): Promise<Cell> {
    await after.settled(this.audited);
    const tokens = await freshTokens(this.target);
    // Signing in again is audited as well, but by PLATFORM itself.
    this.audited = await after.audited();
    const before = this.made.length;
    const settle = () => after.settled(this.audited + this.made.length - before);
    const measured = await cell(
      this.target.roots,
      () => load({ clients: BOOKERS, seconds }, (_, client) => this.book(tokens.bookers[client] as string)),
      settle,
    );
    this.audited = await after.audited();
    return measured;
  }

  private async book(token: string): Promise<void> {
    const { listingId, zoneId, startsAt, endsAt } = slot(this.places, this.next++);
    const wish = {
      listingId,
      zoneId,
      startsAt: startsAt.toISOString(),
      endsAt: endsAt.toISOString(),
      termsVersion: TERMS,
    };
    const body = await expectStatus(send(this.target.pool, token, 'POST', '/bookings', wish), 201);
    this.made.push((JSON.parse(body) as { id: string }).id);
  }

  /** Every 201 has its rows, once. */
  async counted(): Promise<Counts> {
    const { tenantId, system } = this.target;
    const [digilist] = await query(
      system.urls.digilist.superuser,
      `SELECT count(b.id)::int AS bookings,
         sum((SELECT count(*) FROM digilist.booking_history h WHERE h.tenant_id = $1 AND h.booking_id = b.id))::int AS history,
         sum((SELECT count(*) FROM digilist.allocations a WHERE a.tenant_id = $1 AND a.booking_id = b.id AND a.active))::int AS allocations
       FROM digilist.bookings b WHERE b.tenant_id = $1 AND b.id = ANY ($2::uuid[])`,
      [tenantId, this.made],
    );
    const [messages] = await query(
      system.urls.digilist.superuser,
      `SELECT count(DISTINCT split_part(subject, '.', 5))::int AS events FROM digilist.outbox WHERE tenant_id = $1
         AND split_part(subject, '.', 5) = ANY ($2::text[])`,
      [tenantId, this.made],
    );
    const [platform] = await query(
      system.urls.platform.superuser,
      `SELECT count(*)::int AS audited FROM platform.audit_logs
       WHERE tenant_id = $1 AND entity_id = ANY ($2::text[]) AND action = 'digilist.booking.create'`,
      [tenantId, this.made],
    );
    return { answered: this.made.length, ...digilist, ...messages, ...platform } as Counts;
  }
}

interface Counts {
  answered: number;
  bookings: number;
  history: number;
  allocations: number;
  events: number;
  audited: number;
}

/** To all processes of the product: while the floor is measured nobody publishes what it writes. */
function standStill({ system }: Target, signal: 'SIGSTOP' | 'SIGCONT'): void {
  for (const app of Object.values(system.apps)) process.kill(app.pid, signal);
}

const withoutNotifications = (target: Target, without: boolean) =>
  query(
    target.system.urls.digilist.superuser,
    `UPDATE digilist.platform_entitlements SET status = $2
     WHERE tenant_id = $1 AND module_key = 'digilist.notifications'`,
    [target.tenantId, without ? 'revoked' : 'active'],
  );

function judge(
  kept: readonly { floor: Cell; product: Cell }[],
  told: readonly Cell[],
  smoke: boolean,
  counts: Counts,
): Result[] {
  const [floors, products] = [kept.map(({ floor }) => floor), kept.map(({ product }) => product)];
  const ratio = median(kept.map(({ floor, product }) => product.perSecond / floor.perSecond));
  const cpu = median(products.map(({ cpuTotal }) => cpuTotal));
  const floorCpu = median(floors.map(({ cpuTotal }) => cpuTotal));
  const [goal, budget] = smoke ? [0.02, GOAL_CPU_MS * 30] : [GOAL_RATIO, GOAL_CPU_MS];
  const rate = (cells: readonly Cell[]) => `${fixed(median(cells.map(({ perSecond }) => perSecond)), 0)}/s`;
  const { answered, bookings, history, allocations, events, audited } = counts;
  const complete =
    [bookings, allocations, events, audited].every((count) => count === answered) && history === 2 * answered;
  return [
    {
      benchmark: 'P1',
      what: `create booking, c = ${BOOKERS}, sync on`,
      limit: `≥ ${goal} of the floor`,
      peer: `${rate(floors)} (${driver.split(' (')[0]})`,
      measured: `${rate(products)}, p50 ${fixed(median(products.map(({ p50 }) => p50)), 1)} ms, p99 ${fixed(median(products.map(({ p99 }) => p99)), 1)} ms, ${otherCores([...floors, ...products])}`,
      ratio: fixed(ratio),
      ok: ratio >= goal,
    },
    {
      benchmark: 'P1',
      what: 'CPU per booking, all processes',
      limit: `≤ ${micro(budget)}`,
      peer: `${micro(floorCpu)} of PostgreSQL`,
      measured: `${micro(cpu)} = ${perProcess(cpuOf(products))}`,
      ratio: fixed(cpu / floorCpu),
      ok: cpu <= budget,
    },
    ...(told.length > 0
      ? [
          {
            benchmark: 'P1',
            what: 'with notifications and their mails',
            limit: '–',
            peer: '–',
            measured: `${rate(told)}, ${micro(median(told.map(({ cpuTotal }) => cpuTotal)))} = ${perProcess(cpuOf(told))}`,
            ratio: '–',
            ok: null,
          },
        ]
      : []),
    {
      benchmark: 'P1',
      what: 'each 201 has its rows',
      limit: 'all, once',
      peer: '–',
      measured: `${answered} answered: ${bookings} bookings, ${history} history, ${allocations} allocations, ${events} events, ${audited} audit records`,
      ratio: '–',
      ok: complete,
    },
  ];
}
