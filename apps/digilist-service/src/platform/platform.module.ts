import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Belongings } from './belongings.js';
import { Integrations } from './integrations.js';
import { PersonalDataWorker, RetentionOfErased } from './personal-data/index.js';
import { CatchUp } from './projections/catch-up.js';
import { ProjectionsConsumer } from './projections/projections.consumer.js';
import { PurgeJob } from './purge.job.js';
import { REGION_SETTINGS, Region, type RegionSettings } from './region.js';
import { Registration } from './registration.js';
import { Usage } from './usage.js';
import { UsageReturns } from './usage-returns.job.js';

/** Everything through which DIGILIST knows PLATFORM. Global, because every feature is licensed and metered. */
@Global()
@Module({})
class PlatformModule {}

export const platformModule = (settings: RegionSettings): DynamicModule => ({
  module: PlatformModule,
  providers: [
    { provide: REGION_SETTINGS, useValue: settings },
    Belongings,
    CatchUp,
    Integrations,
    PersonalDataWorker,
    ProjectionsConsumer,
    PurgeJob,
    Region,
    Registration,
    RetentionOfErased,
    Usage,
    UsageReturns,
  ],
  exports: [Belongings, CatchUp, Integrations, Usage],
});
