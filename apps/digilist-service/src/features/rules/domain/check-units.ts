import type { RuleViolationCode } from '@digilist/contracts';
import {
  alternativesIn,
  bookableTime,
  covers,
  fitsUnits,
  isPublicHoliday,
  type Opened,
  openingSpans,
  openTime,
} from '../../calendar/index.js';
import { isoOf, type ListingReference, MINUTES_A_DAY, type Minute, stayDays, wallTime } from '../../listings/index.js';

const SEARCH_MINUTES = 7 * MINUTES_A_DAY;

interface BrokenUnit {
  readonly code: RuleViolationCode;
  readonly path: 'startsAt' | 'endsAt';
  readonly values: Readonly<Record<string, number | object>>;
}

/** Does a time consist of what the listing is booked in: steps of the clock, whole slots or whole days? */
export function checkUnits(
  listing: Opened & Pick<ListingReference, 'bookingRules'>,
  from: Minute,
  until: Minute,
  now: Minute,
): BrokenUnit[] {
  const { bookingModel, bookingRules, slotMinutes, timezone } = listing;
  if (bookingModel !== 'SLOT' && bookingModel !== 'ALL_DAY') {
    const { stepMinutes } = bookingRules;
    const off = (minute: Minute) => wallTime(timezone, minute).minute % stepMinutes !== 0;
    return [
      ...(off(from) ? [{ code: 'STEP', path: 'startsAt', values: { stepMinutes } } as const] : []),
      ...(off(until) ? [{ code: 'STEP', path: 'endsAt', values: { stepMinutes } } as const] : []),
    ];
  }
  if (fitsUnits(listing, isPublicHoliday, from, until)) return [];
  const around = openTime(listing, isPublicHoliday, from - SEARCH_MINUTES, until + SEARCH_MINUTES);
  const open = bookableTime(around, listing, now);
  const nearest = alternativesIn(listing, isPublicHoliday, open, { from, until }).map(([start, end]) => ({
    startsAt: isoOf(start),
    endsAt: isoOf(end),
  }));
  return bookingModel === 'SLOT'
    ? [{ code: 'NOT_WHOLE_SLOTS', path: 'startsAt', values: { slotMinutes: slotMinutes ?? 0, nearest } }]
    : [{ code: 'NOT_WHOLE_DAYS', path: 'startsAt', values: { nearest } }];
}

/** What the shortest and the longest duration are compared with: days of 24 hours, whatever the clock did meanwhile. */
export const ruledLength = (listing: Opened, from: Minute, until: Minute): number =>
  listing.bookingModel === 'ALL_DAY' ? stayDays(listing, from, until) * MINUTES_A_DAY : until - from;

/** The components of a package that are not open all of the time. */
export const closedComponents = ({ components }: Opened, from: Minute, until: Minute) =>
  components
    .filter(({ opening, timezone }) => !openAllOf(opening, timezone, from, until))
    .map(({ listingId, zoneId, name, zoneName }) => ({ listingId, zoneId, name, zoneName }));

function openAllOf(opening: Opened['opening'], timezone: string, from: Minute, until: Minute): boolean {
  return covers(openingSpans(opening, timezone, isPublicHoliday, from, until), from, until);
}
