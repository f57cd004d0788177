import { Module } from '@nestjs/common';
import { IdentityModule } from '../../identity/index.js';
import { ExportQueries } from './export.queries.js';
import { LifecycleController } from './lifecycle.controller.js';
import { LifecycleService } from './lifecycle.service.js';
import { PublishedStates } from './published-states.js';
import { PurgeJob } from './purge.job.js';
import { PurgesService } from './purges.service.js';

@Module({
  imports: [IdentityModule],
  controllers: [LifecycleController],
  providers: [LifecycleService, PurgesService, PurgeJob, PublishedStates, ExportQueries],
})
export class LifecycleModule {}
