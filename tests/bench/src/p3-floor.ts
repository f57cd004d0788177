import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '@kit/local-servers';
import pg from 'pg';
import { type Cell, cell, load } from './measure.js';
import type { Target } from './target.js';

const CALENDAR = 'apps/digilist-service/dist/features/calendar/calendar.sql.js';
const GENERATOR = 'node';

const COUNT = `SELECT count(*) FROM digilist.allocations WHERE tenant_id = $1 AND active AND NOT long_stay
  AND starts_at >= $2::timestamptz - interval '1 day' AND starts_at < $3 AND ends_at > $2`;

/** The least that an answer about free time takes: the window counted by its index, and the gaps from memory as JSON. */
export class AvailabilityFloor {
  private constructor(
    private readonly target: Target,
    private readonly client: pg.Client,
    private readonly values: [string, Date, Date],
    /** Per zone: starts and ends of what is taken, in order. */
    private readonly taken: readonly Float64Array[],
    private readonly texts: ReadonlyMap<number, string>,
  ) {}

  static async open(
    target: Target,
    superuser: pg.Client,
    { from, to, zones }: { from: Date; to: Date; zones: number },
  ): Promise<AvailabilityFloor> {
    const { rows } = await superuser.query<{ atom: string; starts: number; ends: number }>(
      `SELECT a.atom_id AS atom, extract(epoch FROM a.starts_at)::float8 * 1000 AS starts, extract(epoch FROM a.ends_at)::float8 * 1000 AS ends
       FROM digilist.allocations a WHERE a.tenant_id = $1 AND a.active AND a.starts_at < $3 AND a.ends_at > $2 ORDER BY a.starts_at`,
      [target.tenantId, from, to],
    );
    const byAtom = new Map<string, number[]>();
    const texts = new Map([from, to].map((edge) => [edge.getTime(), edge.toISOString()]));
    for (const { atom, starts, ends } of rows) {
      const stays = byAtom.get(atom) ?? [];
      if (!byAtom.has(atom)) byAtom.set(atom, stays);
      stays.push(starts, ends);
      for (const edge of [starts, ends]) texts.set(edge, new Date(edge).toISOString());
    }
    const client = new pg.Client({ connectionString: target.system.urls.digilist.superuser });
    await client.connect();
    const taken = [...byAtom.values()].slice(0, zones).map((stays) => Float64Array.from(stays));
    return new AvailabilityFloor(target, client, [target.tenantId, from, to], taken, texts);
  }

  /** The product's own statement, as its build has it. */
  static async statement(): Promise<string> {
    const { SEARCH_AVAILABILITY } = (await import(pathToFileURL(path.join(root, CALENDAR)).href)) as {
      SEARCH_AVAILABILITY: { text: string };
    };
    return SEARCH_AVAILABILITY.text;
  }

  run(seconds: number): Promise<Cell> {
    const [, from, to] = this.values;
    const roots = { postgres: this.target.roots.postgres as number, [GENERATOR]: process.pid };
    return cell(roots, () =>
      load({ clients: 1, seconds }, async () => {
        await this.client.query({ name: 'count', text: COUNT, values: this.values });
        JSON.stringify({ data: this.taken.map((stays) => ({ free: this.gaps(stays, from.getTime(), to.getTime()) })) });
      }),
    );
  }

  private gaps(stays: Float64Array, from: number, to: number): object[] {
    const free: object[] = [];
    let at = from;
    for (let stay = 0; stay < stays.length; stay += 2) {
      const starts = stays[stay] as number;
      if (starts > at) free.push({ startsAt: this.texts.get(at), endsAt: this.texts.get(starts) });
      at = Math.max(at, stays[stay + 1] as number);
    }
    if (at < to) free.push({ startsAt: this.texts.get(at), endsAt: this.texts.get(to) });
    return free;
  }

  close(): Promise<void> {
    return this.client.end();
  }
}
