import { Global, Module } from '@nestjs/common';
import { Belongings } from './belongings.js';
import { Integrations } from './integrations.js';
import { PersonalDataWorker, RetentionOfErased } from './personal-data/index.js';
import { CatchUp } from './projections/catch-up.js';
import { ProjectionsConsumer } from './projections/projections.consumer.js';
import { PurgeJob } from './purge.job.js';
import { Registration } from './registration.js';
import { Usage } from './usage.js';
import { UsageReturns } from './usage-returns.job.js';

/** Everything through which DIGILIST knows PLATFORM. Global, because every feature is licensed and metered. */
@Global()
@Module({
  providers: [
    Belongings,
    CatchUp,
    Integrations,
    PersonalDataWorker,
    ProjectionsConsumer,
    PurgeJob,
    Registration,
    RetentionOfErased,
    Usage,
    UsageReturns,
  ],
  exports: [Belongings, CatchUp, Integrations, Usage],
})
export class PlatformModule {}
