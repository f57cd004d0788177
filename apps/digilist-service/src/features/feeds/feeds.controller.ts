import {
  type CalendarFeedId,
  type CreateCalendarFeed,
  createCalendarFeed,
  deleteCalendarFeed,
  type GetCalendarFeed,
  getCalendarFeed,
  listCalendarFeeds,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { FeedContentQueries } from './feed-content.queries.js';
import { FeedsService } from './feeds.service.js';

@Controller()
export class FeedsController {
  constructor(
    private readonly feeds: FeedsService,
    private readonly contents: FeedContentQueries,
  ) {}

  @Handles(createCalendarFeed)
  create(ctx: RequestContext, request: CreateCalendarFeed) {
    return this.feeds.create(ctx, request);
  }

  @Handles(listCalendarFeeds)
  list(ctx: RequestContext) {
    return this.feeds.list(ctx);
  }

  @Handles(deleteCalendarFeed)
  delete(ctx: RequestContext, request: CalendarFeedId) {
    return this.feeds.delete(ctx, request);
  }

  @Handles(getCalendarFeed)
  content(ctx: RequestContext, request: GetCalendarFeed) {
    return this.contents.content(ctx, request);
  }
}
