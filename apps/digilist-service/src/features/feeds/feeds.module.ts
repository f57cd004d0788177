import { type DynamicModule, Module } from '@nestjs/common';
import { FeedContentQueries } from './feed-content.queries.js';
import { FEED_SETTINGS, type FeedSettings } from './feed-settings.js';
import { FeedsController } from './feeds.controller.js';
import { FeedsService } from './feeds.service.js';

@Module({})
export class FeedsModule {}

export const feedsModule = (settings: FeedSettings): DynamicModule => ({
  module: FeedsModule,
  controllers: [FeedsController],
  providers: [{ provide: FEED_SETTINGS, useValue: settings }, FeedContentQueries, FeedsService],
});
