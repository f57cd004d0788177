import { Module } from '@nestjs/common';
import { HoldsController } from './holds.controller.js';
import { HoldsService } from './holds.service.js';
import { SweepHolds } from './sweep-holds.job.js';

@Module({ controllers: [HoldsController], providers: [HoldsService, SweepHolds] })
export class HoldsModule {}
