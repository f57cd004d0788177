import type { Minute } from '../../listings/index.js';
import { contentLine, textValue, utcValue } from './content-lines.js';
import { timeZone, zonedLine } from './time-zone.js';

export type EventStatus = 'CONFIRMED' | 'TENTATIVE' | 'CANCELLED';

export interface FeedEvent {
  readonly uid: string;
  /** Rises with every change. */
  readonly sequence: number;
  readonly changedAt: Date;
  readonly status: EventStatus;
  readonly timezone: string;
  readonly startsAt: Minute;
  readonly endsAt: Minute;
  readonly summary: string;
  readonly location: string | null;
  readonly description: string | null;
  readonly url: string | null;
}

const REFRESHED = 'PT1H';

/** How a calendar begins (RFC 5545 3.4): its name, and all clocks that its events are told by. */
export function calendarHead(name: string, zones: readonly string[], from: Minute, until: Minute): string {
  return [
    contentLine('BEGIN', 'VCALENDAR'),
    contentLine('VERSION', '2.0'),
    contentLine('PRODID', '-//Digilist//Calendar//EN'),
    contentLine('CALSCALE', 'GREGORIAN'),
    contentLine('METHOD', 'PUBLISH'),
    contentLine('NAME', textValue(name)),
    contentLine('X-WR-CALNAME', textValue(name)),
    contentLine('REFRESH-INTERVAL;VALUE=DURATION', REFRESHED),
    contentLine('X-PUBLISHED-TTL', REFRESHED),
    ...zones.map((zone) => timeZone(zone, from, until)),
  ].join('');
}

export const CALENDAR_FOOT = contentLine('END', 'VCALENDAR');

export function calendarEvent(event: FeedEvent): string {
  const { uid, sequence, changedAt, status, timezone, startsAt, endsAt, summary, location, description, url } = event;
  return [
    contentLine('BEGIN', 'VEVENT'),
    contentLine('UID', uid),
    // Not the instant it is read: the same calendar has the same bytes, so that nobody fetches it twice.
    contentLine('DTSTAMP', utcValue(changedAt)),
    contentLine('LAST-MODIFIED', utcValue(changedAt)),
    contentLine('SEQUENCE', sequence),
    contentLine('STATUS', status),
    zonedLine('DTSTART', timezone, startsAt),
    zonedLine('DTEND', timezone, endsAt),
    contentLine('SUMMARY', textValue(summary)),
    location === null ? '' : contentLine('LOCATION', textValue(location)),
    description === null ? '' : contentLine('DESCRIPTION', textValue(description)),
    url === null ? '' : contentLine('URL', url),
    contentLine('TRANSP', status === 'CANCELLED' ? 'TRANSPARENT' : 'OPAQUE'),
    contentLine('END', 'VEVENT'),
  ].join('');
}
