import { Module } from '@nestjs/common';
import { SettingsController } from './settings.controller.js';
import { SettingsQueries } from './settings.queries.js';
import { SettingsService } from './settings.service.js';

@Module({
  controllers: [SettingsController],
  providers: [SettingsService, SettingsQueries],
  exports: [SettingsService],
})
export class SettingsModule {}
