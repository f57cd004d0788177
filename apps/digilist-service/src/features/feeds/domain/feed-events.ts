import type { BookingStatus, CalendarFeedKind } from '@digilist/contracts';
import type { Locale, LocalText } from '@kit/contracts';
import { minuteFloor } from '../../listings/index.js';
import type { EventStatus, FeedEvent } from './calendar.js';

interface Name {
  readonly nb?: string;
  readonly nn?: string;
  readonly en?: string;
}

/** A booking or a block as the database has it. */
export interface FeedRow {
  readonly id: string;
  readonly version: number;
  readonly status: BookingStatus | 'active' | 'removed';
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly updatedAt: Date;
  readonly timezone: string;
  readonly kind: 'booking' | 'BLOCK' | 'MAINTENANCE';
  /** What everybody may read, if there is anything. */
  readonly publicTitle: string | null;
  readonly publicNote: Name | null;
  /** Null in the calendar of a listing. */
  readonly purpose: string | null;
  readonly listingName: Name;
  readonly zoneName: Name | null;
  readonly address: string | null;
}

export interface FeedLook {
  readonly kind: CalendarFeedKind;
  readonly locale: Locale;
  readonly slug: string;
  /** Where people reach the gateway. */
  readonly publicUrl: string;
}

const WORDS: Readonly<Record<FeedRow['kind'], LocalText>> = {
  booking: { nb: 'Opptatt', nn: 'Oppteke', en: 'Booked' },
  BLOCK: { nb: 'Sperret', nn: 'Sperra', en: 'Blocked' },
  MAINTENANCE: { nb: 'Vedlikehold', nn: 'Vedlikehald', en: 'Maintenance' },
};

export const OWN_BOOKINGS: LocalText = { nb: 'Mine bookinger', nn: 'Mine bookingar', en: 'My bookings' };

const STATUSES: Readonly<Record<FeedRow['status'], EventStatus>> = {
  draft: 'TENTATIVE',
  pending: 'TENTATIVE',
  awaiting_payment: 'TENTATIVE',
  awaiting_approval: 'TENTATIVE',
  confirmed: 'CONFIRMED',
  completed: 'CONFIRMED',
  no_show: 'CONFIRMED',
  active: 'CONFIRMED',
  rejected: 'CANCELLED',
  cancelled: 'CANCELLED',
  refunded: 'CANCELLED',
  expired: 'CANCELLED',
  removed: 'CANCELLED',
};

/** Statuses in which somebody no longer has the time. */
export const ENDED = Object.entries(STATUSES).flatMap(([status, shown]) => (shown === 'CANCELLED' ? [status] : []));

export const nameIn = (name: Name, locale: Locale): string => name[locale] ?? name.nb ?? name.nn ?? name.en ?? '';

/** As the reader of this calendar may see it: in that of a listing nothing tells who, or where they went. */
export function feedEvent(row: FeedRow, { kind, locale, slug, publicUrl }: FeedLook): FeedEvent {
  const place = [row.listingName, row.zoneName].flatMap((name) => (name ? [nameIn(name, locale)] : [])).join(', ');
  const open = row.publicTitle ?? (row.publicNote ? nameIn(row.publicNote, locale) : null);
  const word = WORDS[row.kind][locale];
  const isPublic = kind === 'listing';
  return {
    uid: `${row.id}@${slug}.digilist`,
    sequence: row.version - 1,
    changedAt: row.updatedAt,
    status: STATUSES[row.status],
    timezone: row.timezone,
    startsAt: minuteFloor(row.startsAt),
    endsAt: minuteFloor(row.endsAt),
    summary: isPublic ? open || word : place,
    location: [place, row.address].filter(Boolean).join(', '),
    description: isPublic ? null : row.purpose,
    url: isPublic || row.kind !== 'booking' ? null : `${publicUrl}/api/v1/bookings/${row.id}`,
  };
}
