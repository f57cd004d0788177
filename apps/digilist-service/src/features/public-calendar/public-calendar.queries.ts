import {
  type CalendarEntry,
  type CalendarEntryKind,
  type GetListingCalendar,
  type ListingCalendar,
  MAX_WINDOW_DAYS,
  ZONE_UNKNOWN,
} from '@digilist/contracts';
import { type Locale, NOT_FOUND, Refusal } from '@kit/contracts';
import { type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { isPublicHoliday, openTime, subtract } from '../calendar/index.js';
import {
  claimsOf,
  dateOf,
  isoOf,
  type ListingReference,
  type Minute,
  maySeeWho,
  type ReferenceZone,
  readPlace,
  requireInterval,
  requireVisible,
} from '../listings/index.js';
import { type CalendarRow, READ_CALENDAR } from './public-calendar.sql.js';

const KINDS: Readonly<Record<CalendarRow['kind'], CalendarEntryKind>> = {
  BOOKING: 'booked',
  SEASONAL: 'booked',
  HOLD: 'booked',
  BLOCK: 'blocked',
  MAINTENANCE: 'maintenance',
};

@Injectable()
export class PublicCalendarQueries {
  constructor(private readonly work: UnitOfWork) {}

  listing(ctx: RequestContext, { id, from, to, zoneId, closed }: GetListingCalendar): Promise<ListingCalendar> {
    const names = ['from', 'to'] as const;
    const [start, end] = requireInterval(from, to, MAX_WINDOW_DAYS, { names, grain: 'inside' });
    const callerId = ctx.principal.kind === 'user' ? ctx.principal.userId : null;
    return this.work.run(ctx, async (tx) => {
      const place = await readPlace(tx, id);
      if (!place) throw new Refusal(NOT_FOUND);
      const { listing } = place;
      await requireVisible(tx, listing);
      const zones = zonesOf(listing);
      const shown = zones.filter(({ zone }) => zoneId === undefined || zone.id === zoneId);
      if (shown.length === 0 && zoneId !== undefined) throw new Refusal(ZONE_UNKNOWN);
      const mayKnow = callerId !== null && (await maySeeWho(tx, listing));
      const rows = await tx.query<CalendarRow>(READ_CALENDAR, [
        tx.tenantId,
        [...new Set(shown.flatMap(({ atomIds }) => [...atomIds]))],
        dateOf(start),
        dateOf(end),
        callerId,
        mayKnow,
      ]);
      const entries = rows.map((row) => entryOf(row, zones, ctx.locale));
      if (closed) entries.push(...closedTimes(listing, shown, start, end));
      entries.sort((a, b) => (a.startsAt < b.startsAt ? -1 : a.startsAt > b.startsAt ? 1 : 0));
      return { listingId: id, timezone: listing.timezone, entries };
    });
  }
}

interface OccupiedZone {
  readonly zone: ReferenceZone;
  /** What a booking of the zone takes; of a package, what its components are. */
  readonly atomIds: ReadonlySet<string>;
}

const zonesOf = (listing: ListingReference): OccupiedZone[] =>
  listing.zones.map((zone) => ({ zone, atomIds: new Set(claimsOf(listing, zone, 1).map(({ atomId }) => atomId)) }));

const idsOf = (zones: readonly OccupiedZone[]): string[] => zones.map(({ zone }) => zone.id);

function entryOf(row: CalendarRow, zones: readonly OccupiedZone[], locale: Locale): CalendarEntry {
  const { kind, startsAt, endsAt, atomIds, quantity, title, note, mine, bookingId, booking } = row;
  return {
    zoneIds: idsOf(zones.filter((zone) => atomIds.some((atomId) => zone.atomIds.has(atomId)))),
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
    kind: KINDS[kind],
    quantity,
    title: title ?? note?.[locale] ?? note?.nb ?? null,
    mine,
    bookingId,
    booking,
  };
}

/** What lies outside of the opening hours. */
function closedTimes(
  listing: ListingReference,
  zones: readonly OccupiedZone[],
  from: Minute,
  until: Minute,
): CalendarEntry[] {
  const spans = subtract([from, until], openTime(listing, isPublicHoliday, from, until));
  const zoneIds = idsOf(zones);
  return Array.from({ length: spans.length / 2 }, (_, at) => ({
    zoneIds,
    startsAt: isoOf(spans[at * 2] as Minute),
    endsAt: isoOf(spans[at * 2 + 1] as Minute),
    kind: 'closed',
    quantity: null,
    title: null,
    mine: false,
    bookingId: null,
    booking: null,
  }));
}
