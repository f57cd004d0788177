import { anonymous, Chunk, Id, Instant, ListOf, NOT_FOUND, Nothing, OneOf, permission, Text } from '@kit/contracts';
import { ORG_NOT_MEMBER } from './bookings.errors.js';
import { CALENDAR_FEED_TARGET, CALENDAR_FEED_TOO_MANY } from './calendar-feeds.errors.js';
import { operation } from './context.js';

export const CALENDAR_FEED_KINDS = ['personal', 'organization', 'listing'] as const;
export type CalendarFeedKind = (typeof CALENDAR_FEED_KINDS)[number];

export const MAX_CALENDAR_FEEDS = 50;

export class CreateCalendarFeed {
  @OneOf(CALENDAR_FEED_KINDS, {
    example: 'personal',
    description: 'Own bookings, those of an organization, or a listing',
  })
  kind: CalendarFeedKind;

  @Id({ optional: true, description: 'The organization or the listing' })
  targetId?: string;
}

export class CalendarFeed {
  @Id()
  id: string;

  @OneOf(CALENDAR_FEED_KINDS)
  kind: CalendarFeedKind;

  @Id({ nullable: true, description: 'The organization or the listing' })
  targetId: string | null;

  @Instant()
  createdAt: string;
}

export class CreatedCalendarFeed extends CalendarFeed {
  @Text({
    max: 1000,
    description: 'To subscribe to in a calendar. Whoever has it sees the calendar. Shown this once',
    example: 'https://fjordvik.example.no/api/v1/calendars/01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f.c2VjcmV0.ics',
  })
  url: string;
}

export class CalendarFeedList {
  @ListOf(() => CalendarFeed, { max: MAX_CALENDAR_FEEDS })
  data: CalendarFeed[];
}

export class CalendarFeedId {
  @Id()
  id: string;
}

export class GetCalendarFeed {
  @Text({ max: 200, description: 'Part of the url that was shown once' })
  token: string;

  @Text({ max: 200, optional: true })
  cursor?: string;
}

/** Not repeatable by key: the stored answer would hold the secret, which is shown once. */
export const createCalendarFeed = operation({
  id: 'createCalendarFeed',
  subject: 'calendar-feed.create.v1',
  summary: 'Make a link to subscribe to a calendar (iCalendar)',
  http: { method: 'POST', path: '/calendars', status: 201 },
  request: CreateCalendarFeed,
  response: CreatedCalendarFeed,
  access: permission('digilist.calendar-feed.create'),
  module: 'digilist.calendar',
  errors: [NOT_FOUND, ORG_NOT_MEMBER, CALENDAR_FEED_TARGET, CALENDAR_FEED_TOO_MANY],
});

export const listCalendarFeeds = operation({
  id: 'listCalendarFeeds',
  subject: 'calendar-feed.list.v1',
  summary: 'Own links to calendars, without their secrets',
  http: { method: 'GET', path: '/calendars' },
  request: Nothing,
  response: CalendarFeedList,
  access: permission('digilist.calendar-feed.read'),
  module: 'digilist.calendar',
});

export const deleteCalendarFeed = operation({
  id: 'deleteCalendarFeed',
  subject: 'calendar-feed.delete.v1',
  summary: 'Revoke a link: from now on it answers like one that never was',
  http: { method: 'DELETE', path: '/calendars/{id}', status: 204 },
  request: CalendarFeedId,
  response: null,
  access: permission('digilist.calendar-feed.delete'),
  module: 'digilist.calendar',
  errors: [NOT_FOUND],
});

export const getCalendarFeed = operation({
  id: 'getCalendarFeed',
  subject: 'calendar-feed.get.v1',
  summary: 'The calendar, as calendar programs read it (RFC 5545)',
  http: {
    method: 'GET',
    path: '/calendars/{token}.ics',
    answers: 'chunks',
    tenantIn: { property: 'token', as: 'secret' },
  },
  request: GetCalendarFeed,
  response: Chunk,
  access: anonymous('calendar programs cannot sign in; the address is the secret', { tenant: false }),
  errors: [NOT_FOUND],
});

export const calendarFeedOperations = [
  createCalendarFeed,
  listCalendarFeeds,
  deleteCalendarFeed,
  getCalendarFeed,
] as const;
