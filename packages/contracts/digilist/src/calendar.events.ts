import { anybody, holders, Id, Ids, Instant, type PublicPart } from '@kit/contracts';
import { event } from './context.js';

/** What anybody may know when something happens to a calendar: where, and no more. */
export class CalendarChangedData {
  @Id()
  listingId: string;

  @Ids({ description: 'Where it happened; other zones that share rooms with these are concerned too. Empty: anywhere' })
  zoneIds: string[];

  @Instant({ nullable: true, description: 'Free time may have changed from here …; null: anywhere' })
  startsAt: string | null;

  @Instant({ nullable: true, description: '… to here' })
  endsAt: string | null;
}

/** Not published by itself: it is what those get who may not know the fact behind it (or ask for no more). */
export const calendarChanged = event({
  aggregate: 'calendar',
  fact: 'changed',
  summary: 'Free time of a listing may have changed: read again what is shown of it',
  data: CalendarChangedData,
  audience: () => anybody,
});

export const calendarEvents = [calendarChanged] as const;

export const calendarOf = (data: CalendarChangedData): PublicPart => ({
  type: calendarChanged,
  id: data.listingId,
  data,
});

export interface OfBooking {
  readonly orgId: string;
  readonly onBehalfOfOrgId: string | null;
  readonly userId: string;
}

/** A booking is heard of by whoever may read it: the booker, those of the organization it is for, those who run the listing. */
export const toldOfBooking = {
  audience: ({ orgId, onBehalfOfOrgId, userId }: OfBooking) =>
    holders('digilist.booking.read', { orgs: [orgId, onBehalfOfOrgId], owner: userId }),
};

export interface Held {
  readonly listingId: string;
  readonly zoneId: string | null;
  readonly startsAt: string;
  readonly endsAt: string;
  /** Where it was before, when it was moved. */
  readonly previousStartsAt?: string;
  readonly previousEndsAt?: string;
  readonly previousZoneId?: string;
}

/** For facts that take time, give it back or show it otherwise. */
export const seenInCalendar = {
  publicly: (held: Held): PublicPart => {
    const { listingId, zoneId, startsAt, endsAt, previousStartsAt, previousEndsAt, previousZoneId } = held;
    const zones = [...new Set([zoneId, previousZoneId ?? null])].filter((id): id is string => id !== null);
    return calendarOf({
      listingId,
      zoneIds: zoneId === null ? [] : zones,
      startsAt: earlier(startsAt, previousStartsAt ?? startsAt),
      endsAt: later(endsAt, previousEndsAt ?? endsAt),
    });
  },
};

const earlier = (a: string, b: string): string => (Date.parse(a) <= Date.parse(b) ? a : b);
const later = (a: string, b: string): string => (Date.parse(a) >= Date.parse(b) ? a : b);
