import {
  type ExportUtilisation,
  INVALID_INTERVAL,
  type ListingUtilisation,
  type LocalizedName,
  type PeakTimes,
  type ReadPeakTimes,
  type ReadUtilisation,
  type UsedTime,
  type UtilisationPage,
  type UtilisationStep,
} from '@digilist/contracts';
import { type Chunk, cursorOf, Refusal } from '@kit/contracts';
import { pageStart, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { isPublicHoliday, openTime, type Spans } from '../calendar/index.js';
import {
  bookableListings,
  claimsOf,
  dateOf,
  dateText,
  type ListingReference,
  type Minute,
  type RawReference,
  type ReferenceZone,
  stockOf,
} from '../listings/index.js';
import { bucketsOf, hoursOfTheWeek, listingsThatFit, periodStarts } from './domain/periods.js';
import { type Buckets, type Stay, share, type Taking, usedTime } from './domain/used-time.js';
import { csvName, requireDays } from './report.js';
import { type UtilisationLine, utilisationLines } from './tables.js';
import { LISTINGS_TO_REPORT, REFUSED, STAYS } from './utilisation.sql.js';

const CURSOR = ['text', 'uuid'] as const;
/** Listings that are worked on at once: what a piece of the export, and the memory it takes, is measured by. */
const LISTINGS_AT_ONCE = 25;
/** Lines that one answer holds at most, each of a zone and a period; a page ends before its limit rather than hold more. */
const MOST_LINES = 8_000;
const MOST_LINES_OF_A_PIECE = 1_000;
/** Of a single listing, which is not cut: three megabytes, where a message carries four. */
const MOST_LINES_OF_A_LISTING = 25_000;
const MOST_PEAK_DAYS = 100;

interface Asked {
  readonly listingId?: string;
  readonly cursor?: string;
}

interface StaysRow extends Record<string, unknown> {
  readonly atomId: string;
  readonly taking: Taking;
  readonly stays: readonly [from: Minute, until: Minute, quantity: number][];
}

interface Refused {
  readonly zoneId: string;
  readonly from: Minute;
  readonly until: Minute;
  readonly asked: number;
}

/** What of some listings happened in some time. */
interface Happened {
  readonly listings: readonly ListingReference[];
  readonly next: string | null;
  staysOf(atomId: string): readonly Stay[];
  refusedOf(zoneId: string): readonly Refused[];
}

interface ZoneFigures {
  readonly listing: ListingReference;
  readonly zone: ReferenceZone;
  readonly figures: readonly UsedTime[];
}

/** How much of their open time the places were used: by the calendar's own opening hours and allocations. */
@Injectable()
export class UtilisationService {
  constructor(private readonly work: UnitOfWork) {}

  read(ctx: RequestContext, request: ReadUtilisation): Promise<UtilisationPage> {
    const { days, starts } = periodsOf(request);
    const { limit = LISTINGS_AT_ONCE } = request;
    return this.work.run(ctx, async (tx) => {
      const happened = await this.happened(tx, request, days, limit, { periods: starts.length, most: MOST_LINES });
      const zones = happened.listings.flatMap((listing) =>
        zonesOf(listing, happened, bucketsOf(starts, days.to, listing.timezone)),
      );
      const firstDays = starts.map(dateText);
      const data = happened.listings.map(
        ({ id, name, timezone }): ListingUtilisation => ({
          listingId: id,
          name,
          timezone,
          zones: zones
            .filter(({ listing }) => listing.id === id)
            .map(({ zone, figures }) => ({
              zoneId: zone.id,
              name: zone.name,
              periods: figures.map((used, at) => ({ from: firstDays[at] as string, ...used })),
            })),
        }),
      );
      return { data, nextCursor: happened.next };
    });
  }

  export(ctx: RequestContext, request: ExportUtilisation): Promise<Chunk> {
    const { days, starts } = periodsOf(request);
    return this.work.run(ctx, async (tx) => {
      const lines = { periods: starts.length, most: MOST_LINES_OF_A_PIECE };
      const happened = await this.happened(tx, request, days, LISTINGS_AT_ONCE, lines);
      const firstDays = starts.map(dateText);
      const table = happened.listings
        .flatMap((listing) => zonesOf(listing, happened, bucketsOf(starts, days.to, listing.timezone)))
        .flatMap(({ listing, zone, figures }) =>
          figures.map(
            (used, at): UtilisationLine => ({
              listing: inLanguage(listing.name, ctx.locale),
              zone: inLanguage(zone.name, ctx.locale),
              from: firstDays[at] as string,
              ...used,
            }),
          ),
        );
      return {
        content: utilisationLines(table, ctx.locale, request.cursor === undefined),
        encoding: 'utf8',
        contentType: 'text/csv; charset=utf-8',
        fileName: csvName('utnyttelse', request),
        next: happened.next,
      };
    });
  }

  peakTimes(ctx: RequestContext, request: ReadPeakTimes): Promise<PeakTimes> {
    const days = requireDays(request, MOST_PEAK_DAYS);
    return this.work.run(ctx, async (tx) => {
      const sum = Array.from({ length: 168 }, () => ({ open: 0, booked: 0 }));
      const bucketsIn = new Map<string, Buckets>();
      let cursor: string | undefined;
      do {
        const asked = { ...request, ...(cursor && { cursor }) };
        const happened = await this.happened(tx, asked, days, LISTINGS_AT_ONCE * 4);
        for (const listing of happened.listings) {
          const { timezone } = listing;
          const buckets = bucketsIn.get(timezone) ?? hoursOfTheWeek(days.from, days.to, timezone);
          bucketsIn.set(timezone, buckets);
          // What consists of other zones is counted with them.
          const leaves = { ...listing, zones: listing.zones.filter(({ atomIds }) => atomIds.length === 1) };
          for (const { figures } of zonesOf(leaves, happened, buckets))
            figures.forEach(({ open, booked }, hour) => {
              const of = sum[hour] as { open: number; booked: number };
              of.open += open;
              of.booked += booked;
            });
        }
        cursor = happened.next ?? undefined;
      } while (cursor);
      const data = sum.map((each, hour) => ({ weekday: Math.floor(hour / 24) + 1, hour: hour % 24, ...each }));
      return { data: data.filter(({ open }) => open > 0) };
    });
  }

  /** Three statements, whatever the number of listings. A day more on either side: the days are those of each listing. */
  private async happened(
    tx: Tx,
    { listingId, cursor }: Asked,
    days: { from: number; to: number },
    limit: number,
    lines?: { periods: number; most: number },
  ): Promise<Happened> {
    const { keys } = pageStart({ ...(cursor !== undefined && { cursor }) }, CURSOR);
    const references = bookableListings(tx.tenantId);
    const [ids, versions] = references.values;
    const { listings: answer } = await tx.one<{ listings: [string, RawReference | null][] }>(LISTINGS_TO_REPORT, [
      tx.tenantId,
      ids,
      versions,
      tx.reach.tenant,
      tx.reach.orgIds,
      listingId ?? null,
      keys?.[0] ?? null,
      keys?.[1] ?? null,
      limit + 1,
    ]);
    const { listings: found } = references.merge({ stamp: 0, groups: null, listings: answer });
    const page = found.slice(0, limit);
    const listings = lines ? page.slice(0, listingsThatFit(page.map(zonesIn), lines.periods, lines.most)) : page;
    if (lines && listings[0]) requireLines(zonesIn(listings[0]) * lines.periods);
    const [from, until] = [dateOf((days.from - 1) * 1_440), dateOf((days.to + 1) * 1_440)];
    const atoms = listings.flatMap((listing) =>
      listing.zones.flatMap((zone) => claimsOf(listing, zone, 1).map(({ atomId }) => atomId)),
    );
    const [stays, refused] = await Promise.all([
      tx.query<StaysRow>(STAYS, [tx.tenantId, [...new Set(atoms)], from, until, tx.now]),
      tx.query<Refused & Record<string, unknown>>(REFUSED, [tx.tenantId, listings.map(({ id }) => id), from, until]),
    ]);
    const byAtom = grouped(stays, ({ atomId }) => atomId);
    const staysOf = new Map([...byAtom].map(([atomId, rows]) => [atomId, rows.flatMap(staysIn)]));
    const byZone = grouped(refused, ({ zoneId }) => zoneId);
    const last = listings.at(-1);
    return {
      listings,
      next: found.length > listings.length && last ? cursorOf(last.sortName, last.id) : null,
      staysOf: (atomId) => staysOf.get(atomId) ?? [],
      refusedOf: (zoneId) => byZone.get(zoneId) ?? [],
    };
  }
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

const zonesIn = ({ zones }: ListingReference) => zones.length;

/** @throws Refusal INVALID_INTERVAL */
function requireLines(lines: number): void {
  if (lines <= MOST_LINES_OF_A_LISTING) return;
  const message = `A listing of many zones has ${lines} periods here, ${MOST_LINES_OF_A_LISTING} at most: ask for fewer days or a longer step.`;
  throw new Refusal(INVALID_INTERVAL, { errors: [{ path: 'to', code: 'OUT_OF_RANGE', message }] });
}

const staysIn = ({ taking, stays }: StaysRow): Stay[] =>
  stays.map(([from, until, quantity]) => ({ taking, from, until, quantity }));

const inLanguage = (name: LocalizedName, locale: keyof LocalizedName): string => name[locale] ?? name.nb;

function periodsOf({ step = 'month', ...request }: { from: string; to: string; step?: UtilisationStep }) {
  const days = requireDays(request);
  return { days, starts: periodStarts(days.from, days.to, step) };
}

function zonesOf(listing: ListingReference, happened: Happened, buckets: Buckets): ZoneFigures[] {
  const [from, until] = [buckets.boundaries[0] as Minute, buckets.boundaries.at(-1) as Minute];
  const open: Spans = openTime(listing, isPublicHoliday, from, until);
  return listing.zones.map((zone) => {
    const atoms = claimsOf(listing, zone, 1).map(({ atomId, stock, quantity }) => ({
      stock,
      perZone: quantity,
      stays: happened.staysOf(atomId),
    }));
    const figures = usedTime(open, stockOf(listing, zone), atoms, buckets);
    for (const { from: start, until: end, asked } of happened.refusedOf(zone.id)) {
      share(start, end, buckets).forEach((minutes, at) => {
        (figures[at] as UsedTime).demandRefused += minutes * asked;
      });
    }
    return { listing, zone, figures };
  });
}
