import { Module } from '@nestjs/common';
import { ConfigsController, SystemConfigs } from './configs/index.js';
import { EvaluationService } from './flags/evaluation.service.js';
import { FlagChangesService } from './flags/flag-changes.service.js';
import { FlagStore } from './flags/flag-store.js';
import { FlagsController } from './flags/flags.controller.js';
import { FlagUse, ScheduledFlagChanges } from './flags/flags.jobs.js';
import { FlagsQueries } from './flags/flags.queries.js';
import { FlagsService } from './flags/flags.service.js';

@Module({
  controllers: [FlagsController, ConfigsController],
  providers: [
    SystemConfigs,
    FlagStore,
    FlagsService,
    FlagChangesService,
    FlagsQueries,
    EvaluationService,
    ScheduledFlagChanges,
    FlagUse,
  ],
})
export class SystemModule {}
