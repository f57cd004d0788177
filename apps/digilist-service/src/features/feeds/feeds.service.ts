import {
  CALENDAR_FEED_TARGET,
  CALENDAR_FEED_TOO_MANY,
  type CalendarFeedId,
  type CalendarFeedList,
  type CreateCalendarFeed,
  type CreatedCalendarFeed,
  MAX_CALENDAR_FEEDS,
  ORG_NOT_MEMBER,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import { type RequestContext, UnitOfWork, userOf } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { requireListing } from '../listings/index.js';
import { newFeedToken } from './domain/feed-token.js';
import { FEED_SETTINGS, type FeedSettings } from './feed-settings.js';
import { DELETE_FEED, type FeedAnswer, INSERT_FEED, LIST_FEEDS, LOCK_FOLLOWER } from './feeds.sql.js';
import { followedOrganization } from './followed-organization.js';

@Injectable()
export class FeedsService {
  constructor(
    private readonly work: UnitOfWork,
    @Inject(FEED_SETTINGS) private readonly settings: FeedSettings,
  ) {}

  create(ctx: RequestContext, { kind, targetId }: CreateCalendarFeed): Promise<CreatedCalendarFeed> {
    if ((kind === 'personal') !== (targetId === undefined)) throw new Refusal(CALENDAR_FEED_TARGET);
    const { userId } = userOf(ctx);
    return this.work.run(ctx, async (tx) => {
      const [organizationId, listingId] = [
        kind === 'organization' ? targetId : null,
        kind === 'listing' ? targetId : null,
      ];
      if (organizationId && (await followedOrganization(tx, userId, organizationId)) === null)
        throw new Refusal(ORG_NOT_MEMBER);
      if (listingId) await requireListing(tx, listingId);
      await tx.query(LOCK_FOLLOWER, [tx.tenantId, userId]);
      const { text, secretHash } = newFeedToken(tx.tenantId);
      const id = uuidv7();
      const values = [tx.tenantId, id, userId, kind, organizationId, listingId, secretHash, MAX_CALENDAR_FEEDS];
      const [feed] = await tx.query<FeedAnswer>(INSERT_FEED, values);
      if (!feed) throw new Refusal(CALENDAR_FEED_TOO_MANY, { details: { max: MAX_CALENDAR_FEEDS } });
      const entity = { type: 'calendar_feed', id };
      tx.audit({ action: 'digilist.calendar-feed.create', entity, changes: { kind, targetId: targetId ?? null } });
      return { ...feed, url: `${this.settings.publicUrl}/api/v1/calendars/${text}.ics` };
    });
  }

  list(ctx: RequestContext): Promise<CalendarFeedList> {
    return this.work.run(ctx, async (tx) => ({
      data: await tx.query<FeedAnswer>(LIST_FEEDS, [tx.tenantId, userOf(ctx).userId]),
    }));
  }

  delete(ctx: RequestContext, { id }: CalendarFeedId): Promise<void> {
    return this.work.run(ctx, async (tx) => {
      const gone = await tx.query(DELETE_FEED, [tx.tenantId, userOf(ctx).userId, id]);
      if (gone.length === 0) throw new Refusal(NOT_FOUND);
      tx.audit({ action: 'digilist.calendar-feed.delete', entity: { type: 'calendar_feed', id } });
    });
  }
}
