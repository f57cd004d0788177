import { createHash } from 'node:crypto';
import { type GetCalendarFeed, listCalendarFeeds } from '@digilist/contracts';
import { type Chunk, type ErrorKind, NOT_FOUND, type Operation, Refusal } from '@kit/contracts';
import { jobOrigin, localeOf, pageOfRows, pageStart, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { dateOf, MINUTES_A_DAY, type Minute, minuteFloor, requireListing } from '../listings/index.js';
import { CALENDAR_FOOT, calendarEvent, calendarHead } from './domain/calendar.js';
import { feedEvent, nameIn, OWN_BOOKINGS } from './domain/feed-events.js';
import { readFeedToken } from './domain/feed-token.js';
import { FEED_SETTINGS, type FeedSettings } from './feed-settings.js';
import { EVENTS, type EventRow, FIND_FEED, type FoundFeed, TIME_ZONES } from './feeds.sql.js';
import { followedOrganization } from './followed-organization.js';

const DAYS_BACK = 30;
const DAYS_AHEAD = 400;
/** So long what was cancelled is told, so that calendars that are opened now and then hear of it. */
const DAYS_TOLD = 30;
/** Events in a piece: with the longest texts they still fit a message. */
const PAGE = 250;

/** What the reader of a calendar may not know looks like a calendar that never was. */
const KEPT_SECRET: ReadonlySet<ErrorKind> = new Set(['unauthenticated', 'payment_required', 'forbidden', 'not_found']);

/** Calendars for programs that cannot sign in: read as the user who made the link, with what this user may see now. */
@Injectable()
export class FeedContentQueries {
  constructor(
    private readonly work: UnitOfWork,
    @Inject(FEED_SETTINGS) private readonly settings: FeedSettings,
  ) {}

  async content(ctx: RequestContext, { token, cursor }: GetCalendarFeed): Promise<Chunk> {
    const feed = await this.find(token);
    if (!feed) throw new Refusal(NOT_FOUND);
    try {
      return await this.work.run(asOwner(ctx, feed), (tx) => this.piece(tx, feed, cursor));
    } catch (error) {
      if (error instanceof Refusal && KEPT_SECRET.has(error.kind)) throw new Refusal(NOT_FOUND);
      throw error;
    }
  }

  private async find(text: string): Promise<(FoundFeed & { tenantId: string }) | null> {
    const token = readFeedToken(text);
    if (!token) return null;
    const { tenantId, secretHash } = token;
    return this.work.runAs(jobOrigin(tenantId, 'calendar-feed'), async (tx) => {
      const [feed] = await tx.query<FoundFeed>(FIND_FEED, [tenantId, secretHash]);
      return feed ? { ...feed, tenantId, locale: localeOf(feed.locale) } : null;
    });
  }

  private async piece(tx: Tx, feed: FoundFeed, cursor: string | undefined): Promise<Chunk> {
    const query = { limit: PAGE, ...(cursor !== undefined && { cursor }) };
    const { keys, fetch } = pageStart(query, ['integer', 'uuid']);
    const name = await nameOf(tx, feed);
    const window = windowAt(tx.now);
    const rows = await tx.query<EventRow>(EVENTS[feed.kind], [
      tx.tenantId,
      feed.organizationId ?? feed.listingId ?? feed.userId,
      dateOf(window.from),
      dateOf(window.until),
      dateOf(window.told),
      keys === null ? null : dateOf(Number(keys[0])),
      keys?.[1] ?? null,
      fetch,
    ]);
    const look = { ...feed, publicUrl: this.settings.publicUrl };
    const { data: events, nextCursor: next } = pageOfRows(
      query,
      rows,
      ({ startsAt, id }) => [minuteFloor(startsAt), id],
      (row) => calendarEvent(feedEvent(row, look)),
    );
    const head = keys === null ? await headOf(tx, name, window) : '';
    const content = [head, ...events, next === null ? CALENDAR_FOOT : ''].join('');
    const whole = keys === null && next === null;
    return {
      content,
      encoding: 'utf8',
      contentType: 'text/calendar; charset=utf-8',
      fileName: `${feed.kind}.ics`,
      next,
      inline: true,
      // Of a calendar in several pieces nobody knows the whole before its end.
      ...(whole && { etag: `"${createHash('sha256').update(content).digest('base64url')}"` }),
    };
  }
}

/** As if the user asked for their own calendars: account, session, permission and licence are asked as for any request. */
const asOwner = (
  ctx: RequestContext,
  { id, userId, tenantId, slug }: FoundFeed & { tenantId: string },
): RequestContext => ({
  ...ctx,
  operation: listCalendarFeeds as unknown as Operation,
  principal: { kind: 'user', userId, tenantId, tenantSlug: slug, sessionId: id },
});

/** @throws Refusal NOT_FOUND when the user may no longer see it */
async function nameOf(tx: Tx, { kind, userId, organizationId, listingId, locale }: FoundFeed): Promise<string> {
  if (kind === 'listing') return nameIn((await requireListing(tx, listingId as string)).name, locale);
  if (kind === 'personal') return OWN_BOOKINGS[locale];
  const name = await followedOrganization(tx, userId, organizationId as string);
  if (name === null) throw new Refusal(NOT_FOUND);
  return name;
}

interface Window {
  readonly from: Minute;
  readonly until: Minute;
  readonly told: Minute;
}

/** By whole days, so that a calendar in which nothing happens stays the same for a day. */
function windowAt(now: Date): Window {
  const today = Math.floor(minuteFloor(now) / MINUTES_A_DAY) * MINUTES_A_DAY;
  return {
    from: today - DAYS_BACK * MINUTES_A_DAY,
    until: today + DAYS_AHEAD * MINUTES_A_DAY,
    told: today - DAYS_TOLD * MINUTES_A_DAY,
  };
}

async function headOf(tx: Tx, name: string, { from, until }: Window): Promise<string> {
  const zones = await tx.query<{ timezone: string }>(TIME_ZONES, [tx.tenantId]);
  return calendarHead(
    name,
    zones.map(({ timezone }) => timezone),
    from,
    until,
  );
}
