import { Module } from '@nestjs/common';
import { JobsController } from './jobs.controller.js';
import { JobsQueries } from './jobs.queries.js';

@Module({ controllers: [JobsController], providers: [JobsQueries] })
export class JobsModule {}
